// Files of ink in JSON, as in readers/own_formats: lists of strokes, and what canvas libraries save.

const GROUPS = ["strokes", "lines", "points", "paths", "data"]; // keys of a list of strokes
const INSIDE = ["points", "paths", "path"]; // keys of the points of one stroke
const NAMES = {
  x: ["x", "clientX", "offsetX", "pageX", "X"], y: ["y", "clientY", "offsetY", "pageY", "Y"],
  t: ["t", "time", "timestamp", "timeStamp", "T"],
};
const NO_STROKES = "The file has no strokes. Give a line that was saved on this page, or JSON with lists of points; pentrace write --style reads more formats.";

/** {strokes: [[[x, y] or [x, y, t], ...], ...], text, down, notes} of the text of a JSON file.
 *
 * Notes say what was assumed or left out. Throws an error with a remedy.
 */
function inkOfJson(text) {
  let content = null;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new Error("The file is not JSON. Give a line that was saved on this page.");
  }
  const key = GROUPS.find((name) => Array.isArray(content?.[name]));
  const groups = Array.isArray(content) ? content : content?.[key];
  const inside = (one) => (Array.isArray(one) ? one : INSIDE.map((name) => one?.[name]).find(Array.isArray));
  if (!Array.isArray(groups) || !groups.every(inside)) throw new Error(NO_STROKES);
  const lists = groups.map(inside).filter((points) => points.length);
  const named = lists.some(([point]) => !Array.isArray(point));
  const strokes = lists.map((points) => points.map(pointOf));
  if (!strokes.length || !strokes.every((stroke) => stroke.every(Boolean))) throw new Error(NO_STROKES);
  if (typeof (content.text ?? "") !== "string") throw new Error("The text in the file is no text. Give it as “text”.");
  if (![undefined, null, "up", "down"].includes(content.y_axis)) {
    throw new Error("The file has an unknown y_axis. Give “up” or “down”.");
  }
  const [timed, aboutTimes] = withTimes(strokes), [down, aboutAxis] = axisOf(content.y_axis, named, timed);
  return { strokes: timed, text: content.text, down, notes: [...aboutTimes, ...aboutAxis] };
}

/** [x, y, t] of a point that is a list or an object, t undefined if unknown; null if it is no point. */
function pointOf(point) {
  const value = (name) => point?.[NAMES[name].find((one) => point[one] !== undefined)];
  const [x, y, t] = Array.isArray(point) ? point : ["x", "y", "t"].map(value);
  const good = Number.isFinite(x) && Number.isFinite(y) && (t === undefined || t === null || Number.isFinite(t));
  return good ? [x, y, t ?? undefined] : null;
}

/** The strokes without times if only some points have one, and a note. */
function withTimes(strokes) {
  const points = strokes.flat(), known = points.filter((point) => point[2] !== undefined).length;
  if (known === points.length) return [strokes, []];
  const plain = strokes.map((stroke) => stroke.map(([x, y]) => [x, y]));
  return [plain, known ? [`Only ${known} of ${points.length} points have a time; the times were left out.`] : []];
}

/** Whether y grows downward, and a note if that was found from the ink. */
function axisOf(stated, named, strokes) {
  if (stated) return [stated === "down", []];
  if (named) return [true, []]; // libraries of browsers name the coordinates
  const sign = upward(strokes);
  if (Math.abs(sign) < AXIS_MARGIN) {
    return [false, ["The file does not state the direction of y, and the ink does not show it; y was read as growing upward."]];
  }
  const way = sign > 0 ? "upward" : "downward";
  return [sign < 0, [`The file does not state the direction of y; by the ink, y grows ${way}. If the writing is upside down, add “y_axis” to the file.`]];
}

/** Above 0 if y grows upward in ink that is written from left to right, else below: see `upward`. */
function upward(strokes) {
  const points = strokes.flat();
  if (points.length < 2) return 0;
  const y = points.map((point) => point[1]), height = percentile(y, 0.95) - percentile(y, 0.05);
  if (!(height > 0)) return 0;
  const fall = mean(strokes.map((stroke) => stroke[0][1] - stroke.at(-1)[1])) / height;
  const steps = strokes.flatMap((stroke) => stroke.slice(1).map((point, i) => [point[0] - stroke[i][0], point[1] - stroke[i][1]]));
  return fall + 0.3 * (runOf(steps, 1) - runOf(steps, -1));
}

/** Movement rightward per movement in y, in steps whose dy has this sign. */
function runOf(steps, sign) {
  const rises = steps.filter((step) => sign * step[1] > 0), way = sum(rises.map((step) => sign * step[1]));
  return way > 0 ? Math.min(Math.max(sum(rises.map((step) => step[0])) / way, -3), 3) : 0;
}
