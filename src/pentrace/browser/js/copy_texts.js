// Texts to copy for recordings: together they contain all letters, digits and common signs.

const COPY_TEXTS = [
  "the quick brown fox", "Jumps over a lazy dog", "Dear friend, hello!", "My name is Anna.",
  "See you on Monday", "at 10:30 in room 5", "We need milk & bread", "Why not? Because!",
  "Call 020 7946 0812", "a good piece of work", "Five boxes of jam", "King Street, No. 7",
  "just a quiet evening", "Zoe and Max are here", "it's raining again", "Over the hill (far)",
  "Grey clouds, big sky", "Question: who won?", "Victor plays a violin", "Unless you hurry up",
  "13 pens cost 24.80", "Happy Birthday, Eva!", "Laughter in the hall", "Yesterday, at noon",
  "Buy: tea, soap, glue", "Nothing much to say", "every single window", "Take exit 96 or 17",
  "Once upon a time", "the old oak by a lake", "Red, white and blue", "Xylophone in a box",
  "I think; therefore", "Winter was very long", "Her watch was fast", "Quite a few jokes",
  "Please wait outside", "From 8 am to 6 pm", "Do not touch this", "a sizzling hot pan",
  "Jack and Jill went up", "\"Good idea,\" he said", "Next page, please", "Copy this line twice",
  "under the wooden desk", "Fresh fish on Friday", "Sunday is free", "Thank you so much",
  "small waves, big sea", "Yours truly, Ben",
];
