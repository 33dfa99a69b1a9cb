# ruff: noqa: E501, SIM905
"""Everyday text: dates, times, prices, addresses, lists, capitals, codes, letters with accents."""

from collections.abc import Callable, Iterator
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, punctuation

import numpy as np

from pentrace.demo.accents import ACCENTED, SIGNS
from pentrace.demo.sentences import SENTENCES

MONTHS = (
    "January February March April May June July August September October November December"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NAMES = (
    "Anna Ben Clara David Eva Frank Greta Hugo Ines Jonas Kim Lena Max Nina Oscar Paula Quentin "
    "Rita Simon Tara Uwe Vera Will Xenia Yann Zoe"
).split()
STREETS = "Mill Church High Park Station King Queen Garden River School".split()
KINDS = "Road Street Lane Way Square Drive".split()
THINGS = (
    "milk bread eggs tea jam rice soap fish salt apples pens paper stamps keys boots ink wool "
    "nails glue tape"
).split()
SYLLABLES = (
    "an be co de el fi gra hu in jo ka le mi no or pa qui ra sti tu un ve wo xi ya zen bra clo "
    "dre fle ght ick ly ment ness ou per ry sch th ump"
).split()


class Everyday:
    """Random pieces of everyday text; `random` draws them."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.kinds: list[tuple[Callable[[], str], float]] = [
            (self.sentence, 3.0), (self.date, 1.5), (self.time, 1.2), (self.price, 1.5),
            (self.phone, 0.6), (self.email, 0.7), (self.address, 1.0), (self.listed, 1.0),
            (self.capitals, 2.5), (self.quotation, 0.8), (self.sum, 0.8), (self.code, 7.0),
            (self.number, 1.5), (self.invented, 2.5), (self.accented, 7.0), (self.signed, 1.5),
            (self.greeting, 1.0),
        ]  # fmt: skip
        weights = np.array([weight for _, weight in self.kinds])
        self.shares = weights / weights.sum()

    def pieces(self) -> Iterator[str]:
        """Pieces of text without end."""
        while True:
            yield self.kinds[int(self.random.choice(len(self.kinds), p=self.shares))][0]()

    def _one(self, of: list[str] | tuple[str, ...] | str) -> str:
        return of[int(self.random.integers(len(of)))]

    def _below(self, end: int, start: int = 0) -> int:
        return int(self.random.integers(start, end))

    def _some(self, of: str, least: int, most: int) -> str:
        return "".join(self._one(of) for _ in range(self._below(most + 1, least)))

    def sentence(self) -> str:
        return self._one(SENTENCES)

    def date(self) -> str:
        day, month, year = self._below(32, 1), self._below(13, 1), self._below(2100, 1900)
        name = self._one(MONTHS)
        return self._one([
            f"{day} {name} {year}", f"{name} {day}, {year}", f"{day:02d}/{month:02d}/{year % 100:02d}",
            f"{year}-{month:02d}-{day:02d}", f"{day}.{month}.{year}", f"{self._one(DAYS)[:3]} {day} {name[:3]}",
            f"on {day} {name}", f"{self._one(DAYS)}, {name} {day}",
        ])  # fmt: skip

    def time(self) -> str:
        hour, minute = self._below(24), self._below(60)
        return self._one([
            f"{hour}:{minute:02d}", f"at {hour:02d}:{minute:02d}.", f"{hour % 12 + 1}.{minute:02d} pm",
            f"{hour % 12 + 1} am", f"{hour}:00-{(hour + 2) % 24}:30", f"by {hour}:{minute:02d}!",
        ])  # fmt: skip

    def price(self) -> str:
        whole, cents, sign = self._below(1000), self._below(100), self._one("$£€")
        return self._one([
            f"{sign}{whole}", f"{sign}{whole}.{cents:02d}", f"{whole},{cents:02d} {sign}",
            f"{whole % 100}% off", f"{self._below(10)} for {sign}{self._below(20)}",
            f"{self._below(90) + 1} %", f"({sign}{whole})", f"{self._below(10)},{whole:03d}.{cents:02d}",
        ])  # fmt: skip

    def phone(self) -> str:
        a, b, c = self._below(100), self._below(1000), self._below(10000)
        return self._one([
            f"+{a} {b:03d} {c:04d}", f"({a:03d}) {b:03d}-{c:04d}", f"0{a:02d}/{c:04d}{b:03d}",
            f"Tel. {b:03d} {c:04d}", f"ext. {b}",
        ])  # fmt: skip

    def email(self) -> str:
        name, place = self._one(NAMES).lower(), self._word()
        return self._one([
            f"{name}@{place}.com", f"{name}.{self._one(ascii_lowercase)}@{place}.org",
            f"{name}_{self._below(100)}@mail.{place}.net", f"www.{place}.com",
            f"http://{place}.org/{self._word()}?q={self._below(100)}", f"#{place}", f"@{name}{self._below(100)}",
            f"~/{name}/{place}.txt", f"C:\\{place}\\{name}",
        ])  # fmt: skip

    def address(self) -> str:
        street = f"{self._one(STREETS)} {self._one(KINDS)}"
        code = f"{self._some(ascii_uppercase, 1, 2)}{self._below(20)} {self._below(10)}{self._some(ascii_uppercase, 2, 2)}"
        return self._one([
            f"{self._below(300) + 1} {street}", f"{street} {self._below(99)}{self._one('abcABC')}",
            f"{self._below(99999):05d} {self._word().title()}", f"{self._word().title()} {code}",
            f"Flat {self._below(50)}, {street}", f"P.O. Box {self._below(9999)}",
        ])  # fmt: skip

    def listed(self) -> str:
        first, second, third = (self._one(THINGS) for _ in range(3))
        count = self._below(10, 1)
        return self._one([
            f"{count}. {first} {count + 1}. {second}", f"- {first} - {second}", f"* {first} * {third}",
            f"{first}, {second}, {third}", f"{first} & {second}", f"{first}/{second}",
            f"a) {first} b) {second}", f"{count} x {first}", f"{first} + {second}", f"[x] {first}",
            f"{first}; {second}; {third}.", f"{count} {first} ({second})",
        ])  # fmt: skip

    def capitals(self) -> str:
        letters = self._some(ascii_uppercase, 2, 8)
        return self._one([
            letters, self._word().upper(), f"{self._word().upper()} {self._word().upper()}",
            ".".join(self._some(ascii_uppercase, 2, 3)) + ".", self._one(SENTENCES).upper()[:14].strip(),
            f"{self._one(ascii_uppercase)}. {self._one(ascii_uppercase)}. {self._one(NAMES)}",
            f"{letters[:3]} {self._below(1000)}", f"NO {self._one(THINGS).upper()}!", self._word().title(),
        ])  # fmt: skip

    def quotation(self) -> str:
        words = " ".join(self._one(SENTENCES).split()[: self._below(5, 1)]).rstrip(".,;:?!")
        return self._one([
            f'"{words}!"', f"'{words}'", f'"{words}," he said.', f'She asked: "{words}?"', f"({words})",
            f"'{words}' is not \"{self._word()}\"", f"`{self._word()}`",
        ])  # fmt: skip

    def sum(self) -> str:
        a, b = self._below(100), self._below(100)
        return self._one([
            f"{a} + {b} = {a + b}", f"{a} - {b} = {a - b}", f"{a} * {b}", f"{a}/{b}", f"{a} < {a + b}",
            f"{a + b} > {a}", f"x^{b % 10} = {a}", f"f(x) = {a}x", f"{{{a}, {b}}}", f"[{a}; {b}]",
            f"a_{b % 10} ~ {a}", f"|{a} - {b}|", f"{a}% = {a / 100:.2f}", f"y = {a}.{b}",
        ])  # fmt: skip

    def code(self) -> str:
        """Characters in any order, so that each is written after each."""
        of = self._one((ascii_letters + digits, ascii_letters + digits + punctuation, punctuation + digits,
                        ascii_letters + punctuation))  # fmt: skip
        return self._some(of, 2, 8)

    def number(self) -> str:
        return self._some(digits, 1, 8)

    def _word(self) -> str:
        return "".join(self._one(SYLLABLES) for _ in range(self._below(4, 1)))

    def invented(self) -> str:
        """Words that do not exist, with or without a capital and a stop."""
        words = [self._word() for _ in range(self._below(4, 1))]
        words[0] = words[0].title() if self.random.random() < 0.4 else words[0]
        return " ".join(words) + self._one(("", "", "", ".", ",", "?", "!", ":", ";", "-", "..."))

    def accented(self) -> str:
        """An invented word with letters of western European languages."""
        word = list(self._word())
        for _ in range(self._below(6, 2)):
            word.insert(self._below(len(word) + 1), self._one(ACCENTED))
        return "".join(word) + self._one(("", "", "", ".", ",", "?"))

    def signed(self) -> str:
        """A sign of western European languages."""
        word, number = self._word(), self._below(100)
        return self._one([
            f"«{word}»", f"¿{word.title()}?", f"¡{word}!", f"{number}°", f"§ {number}", f"£{number}", f"€{number}",
            f"{word[:3]}ß{word[3:]}", self._some(SIGNS, 1, 3),
        ])  # fmt: skip

    def greeting(self) -> str:
        name = self._one(NAMES)
        return self._one([
            f"Dear {name},", f"Hello {name}!", f"Hi {name}", "Best wishes,", "Yours, " + name,
            f"Thank you, {name}.", f"PS: {self._word()}", "See you soon!", f"Re: {self._word()}",
            f"{name}'s {self._one(THINGS)}", "I'm here; don't wait.", "It's 'OK', isn't it?",
        ])  # fmt: skip
