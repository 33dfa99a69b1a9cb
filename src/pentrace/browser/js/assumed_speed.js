// Times for ink without times, as in write/assumed_speed.py.

/** Points at small equal distances along strokes, and the time since the previous point. */
function assumedTimes(given) {
  const far = travelled(given);
  const points = spread(given, far, Math.max(FINE * CHARACTER_WIDTH, sum(far) / MOST_FINE));
  const small = points.map((point) => ({ ...point, x: point.x / CHARACTER_WIDTH, y: point.y / CHARACTER_WIDTH }));
  const way = travelled(small), pace = speeds(small, way).map((speed) => 1 / speed);
  return [points, way.map((step, i) => (step * (pace[i] + pace.at(i - 1))) / 2)];
}

function speeds(points, way) {
  const starts = startsOf(points), total = summed(way);
  return starts.flatMap((begin, number) => {
    const last = (starts[number + 1] ?? points.length) - 1;
    return points.slice(begin, last + 1).map((here, n) => {
      const i = begin + n, before = points[Math.max(i - REACH, begin)], after = points[Math.min(i + REACH, last)];
      const came = [here.x - before.x, here.y - before.y], goes = [after.x - here.x, after.y - here.y];
      const along = came[0] * goes[0] + came[1] * goes[1] + 0; // never -0, whose angle is pi
      const turn = Math.abs(Math.atan2(came[0] * goes[1] - came[1] * goes[0], along));
      const curvature = turn / Math.max((Math.hypot(...came) + Math.hypot(...goes)) / 2, 1e-6);
      const end = Math.min(total[i] - total[begin], total[last] - total[i]);
      return (curvature + STRAIGHT) ** -SLOWER * Math.min(1, AT_END + RISE * end);
    });
  });
}
