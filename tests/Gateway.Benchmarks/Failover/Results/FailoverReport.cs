using System.Text;
using Gateway.Benchmarks.Failover.Contenders;

namespace Gateway.Benchmarks.Failover.Results;

/// <summary>The table: a row a fault, a column a contender.</summary>
internal static class FailoverReport
{
    public const string Legend = """
        Cell: failed GETs / failed POSTs / longest wait for a GET in ms / changes of backend; then the longest wait for a POST in ms.
        A wait begins when the request was due. A backend takes over when it has answered three requests in a row, as they were due.
        Where the gateway may wait 15 or 50 ms for a GET, 1.5 times the best peer of the same run is good enough, too.
        "executed twice": POSTs, counted at the backends. "in flight": POSTs that were on their way when a backend was killed.
        """;

    public static string Table(IReadOnlyList<Contender> contenders, IReadOnlyList<Fault> faults, IReadOnlyDictionary<(Fault, Contender), Cell> cells)
    {
        var text = new StringBuilder().Append("| fault |");
        contenders.ToList().ForEach(contender => text.Append($" {contender.Title} |"));
        text.AppendLine(" Gateway must | verdict |").Append("| --- |");
        contenders.ToList().ForEach(_ => text.Append(" --- |"));
        text.AppendLine(" --- | --- |");
        foreach (var fault in faults)
        {
            text.Append($"| {fault.Title} |");
            contenders.ToList().ForEach(contender => text.Append($" {Show(fault, cells[(fault, contender)])} |"));
            var gateway = contenders.FirstOrDefault(contender => contender.IsGateway);
            text.AppendLine($" {fault.Must.Text} | {(gateway is null ? "not measured" : Verdict.Of(fault.Must, cells[(fault, gateway)]))} |");
        }

        return text.ToString();
    }

    public static string Show(Fault fault, Cell cell)
    {
        var text = new StringBuilder($"{cell.FailedGets:0.#} / {cell.FailedPosts:0.#} / {cell.LongestGet:0} / {cell.Changes:0.#}");
        text.Append($"; POST {cell.LongestPost:0}");
        text.Append(fault.Must.PostP99 is null ? string.Empty : $", p99 {cell.PostP99:0}");
        text.Append(fault.Must.PostsInFlight ? $", {cell.PostsInFlight:0.#} in flight" : string.Empty);
        text.Append(cell.Doubles > 0 ? $", {cell.Doubles} executed twice" : string.Empty);
        text.Append(cell.Short > 0 ? $", {cell.Short} short!" : string.Empty);
        return text.ToString();
    }
}
