const width = 120;
const height = 28;

/** A small line without axes. It starts at zero, so that its height means something beside its neighbour's. */
export function Spark({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const step = width / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(height - 1.5 - ((value ?? 0) / top) * (height - 3)).toFixed(1)}`,
  );
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {points.length > 1 && <polygon points={`0,${height} ${points.join(" ")} ${width},${height}`} />}
      {points.length > 1 && <polyline points={points.join(" ")} />}
    </svg>
  );
}
