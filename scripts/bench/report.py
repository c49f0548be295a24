"""What was measured, row by row: printed as it comes, kept for the JSON, checked for rows that measured nothing."""
import json
import statistics

HEADING = ("workload", "through", "result", "ratio", "CPU of it", "foreign", "records", "fsyncs", "masked")
WIDTHS = (34, 15, 26, 13, 14, 8, 9, 8, 9)


def spread(values):
    """Half the distance of the quartiles."""
    if len(values) < 2:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2


class Report:
    def __init__(self):
        self.rows, self.failures, self.workload = [], [], None

    def begin(self, what):
        """The heading of a part, which says how its ratios are read."""
        print(f"\n{what}")
        self.line(HEADING)

    def line(self, cells):
        shown = [str(cell).ljust(width) if at < 3 else str(cell).rjust(width) for at, (cell, width) in enumerate(zip(cells, WIDTHS))]
        print(" ".join(shown).rstrip(), flush=True)

    def fail(self, what):
        print(f"FAILED: {what}", flush=True)
        self.failures.append(what)

    def row(self, part, workload, path, result, **measured):
        """One row. `counts` are records, syncs and masked values, where the path counts them."""
        counts = measured.pop("counts", None)
        kept = {"part": part, "workload": workload, "path": path.name, "result": result, **measured}
        if counts:
            kept.update(zip(["records", "fsyncs", "masked"], counts))
            self.check(workload, path, *counts)
        self.rows.append(kept)
        ratio, foreign = measured.get("ratio"), measured.get("foreign_cores")
        self.line((
            workload if workload != self.workload else "", path.name, result,
            "" if ratio is None else f"{ratio:.2f} ±{measured['ratio_spread']:.2f}",
            measured.get("cpu_shown", ""), "" if foreign is None else f"{foreign:.2f}", *(counts or [""] * 3)))
        self.workload = workload

    def check(self, workload, path, records, syncs, masked):
        """A quiet path measures nothing."""
        for what, count in [("records", records), ("fsyncs", syncs)]:
            if count == 0:
                self.fail(f"{workload} through {path.name}: no {what}")
        if (masked > 0) != path.masks:
            self.fail(f"{workload} through {path.name}: {masked} values were masked")

    def write(self, target, facts):
        with open(target, "w", encoding="utf-8") as file:
            json.dump({**facts, "rows": self.rows, "failures": self.failures}, file, indent=1)
            file.write("\n")
