"""The movement in the synthetic data: letters, writers, and the sigma-lognormal pen."""

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace.demo import corpus
from pentrace.demo.glyphs import glyph
from pentrace.demo.hands import draw_hand
from pentrace.demo.kinematics import Movement, aimed, arcs, junctions, positions, timing
from pentrace.demo.sentences import SENTENCES
from pentrace.demo.settings import DemoSettings

# Letters and sentences


def test_sentences_are_many_different_and_use_every_letter_and_digit():
    assert len(set(SENTENCES)) == len(SENTENCES) >= 150
    used = set("".join(SENTENCES))
    assert set(string.ascii_letters + string.digits + ".,;:!?'\"()-&") <= used
    assert all(" ".join(s.split()) == s for s in SENTENCES)


@pytest.mark.parametrize("face", ["print", "script"])
def test_every_character_of_the_sentences_can_be_written(face):
    for char in set("".join(SENTENCES)) - {" "} | {"#", "%"}:
        form = glyph(face, char)
        assert form.width > 0 and form.strokes
        for stroke in (*form.strokes, *form.marks):
            assert len(stroke) >= 2 and np.abs(stroke).max() < 5


def test_writers_differ_more_between_than_within_them():
    settings = DemoSettings(writers=8, forms=1, lines=6, dirt=0)
    hands = corpus.hands(settings)
    features = []
    for form in corpus.forms(settings, hands):
        inks = corpus.write(form, hands[form.writer], settings)
        features.append([_features(ink) for ink in inks])
    table = np.array(features)  # (writers, lines, features)
    between, within = table.mean(1).var(0), table.var(1).mean(0)
    assert (between > 2 * within).all(), between / within


def _features(ink):
    """Height, advance per stroke, speed and slant of a line."""
    inside = np.diff(ink.stroke) == 0
    step = (np.diff(ink.x) - 1j * np.diff(ink.y))[inside]
    down = step[(step.imag < 0) & (np.abs(step) > 5)]
    return [
        np.log(ink.y.std()),
        np.log(np.abs(step).mean()),
        (down.real.sum() / down.imag.sum()),
    ]


# Movement


@pytest.fixture(scope="module")
def clean_lines():
    settings = DemoSettings(writers=6, forms=1, lines=2, dirt=0)
    hands = corpus.hands(settings)
    forms = corpus.forms(settings, hands)
    return [(f, ink) for f in forms for ink in corpus.write(f, hands[f.writer], settings)]


def test_speed_dips_where_the_path_bends(clean_lines):
    correlations = []
    for _, ink in clean_lines:
        inside = np.diff(ink.stroke) == 0
        step = np.diff(ink.x) + 1j * np.diff(ink.y)
        speed = (np.abs(step[1:]) + np.abs(step[:-1])) / 2
        both = inside[1:] & inside[:-1] & (speed > 4) & (step[1:] != 0) & (step[:-1] != 0)
        bend = np.abs(np.angle(step[1:][both] / step[:-1][both]))
        curvature = bend / speed[both] + 1e-4
        correlations.append(np.corrcoef(np.log(speed[both]), np.log(curvature))[0, 1])
    assert max(correlations) < -0.3
    assert np.median(correlations) < -0.5


def test_points_are_as_dense_as_on_the_real_board(clean_lines):
    letters = sum(
        len(t.replace(" ", ""))
        for form in {id(f): f for f, _ in clean_lines}.values()
        for t in form.texts
    )
    points = sum(len(ink.x) for _, ink in clean_lines)
    assert 20 < points / letters < 35
    steps = np.concatenate([np.diff(ink.t)[np.diff(ink.stroke) == 0] for _, ink in clean_lines])
    assert np.isin(steps, (1, 2)).mean() > 0.95
    assert 1.45 < steps.mean() < 1.6  # hundredths of a second


def one_component(turn, sigma):
    plan = Movement(0j, np.array([3 + 1j]), np.array([turn]), np.array([True]), np.zeros(1))
    times = np.linspace(-0.1, 1.1, 400)
    return positions(plan, np.zeros(1), np.ones(1), sigma, times), times


@given(st.floats(-3, 3), st.floats(0.1, 0.4))
def test_one_component_is_an_arc_with_an_asymmetric_bell_of_speed(turn, sigma):
    at, times = one_component(turn, sigma)
    assert at[0] == 0 and np.isclose(at[-1], 3 + 1j)
    speed = np.abs(np.diff(at))
    peak = speed.argmax()
    assert (np.diff(speed[:peak]) > -1e-4).all() and (np.diff(speed[peak:]) < 1e-4).all()
    assert times[peak] < 0.5
    moving = speed > 1e-3
    turned = np.angle(np.diff(at)[moving][-1] / np.diff(at)[moving][0])
    assert abs(turned) <= abs(turn) + 1e-6 and (abs(turn) < 0.1 or turned * turn > 0)


@given(st.lists(st.complex_numbers(max_magnitude=3), min_size=2, max_size=30))
def test_arcs_begin_and_end_with_the_polyline(points):
    polyline = np.array(points)
    if (np.abs(np.diff(polyline)) < 1e-3).any():
        return  # the fonts have no repeated vertices
    ends, turns = arcs(polyline)
    assert ends[0] == polyline[0] and ends[-1] == polyline[-1]
    assert len(turns) == len(ends) - 1 <= len(polyline) - 1
    assert np.isfinite(turns).all()


def test_the_pen_passes_near_its_targets():
    rng = np.random.default_rng(3)
    hand = draw_hand(rng)
    for stroke in (s for char in "abgkmsw" for s in hand.letter(char).strokes):
        count = len(stroke.turns)
        plan = Movement(
            stroke.points[0], stroke.points[1:], stroke.turns, np.ones(count, bool), np.zeros(count)
        )
        onset, duration = timing(plan, hand.motor)
        passing = junctions(onset, duration)
        aim = aimed(plan, onset, duration, hand.motor.sigma)
        miss = np.abs(positions(aim, onset, duration, hand.motor.sigma, passing) - plan.targets)
        assert (np.diff(passing) > 0).all()
        assert miss.max() < 0.1
