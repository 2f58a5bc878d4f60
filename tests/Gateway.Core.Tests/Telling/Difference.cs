using System.Text;

namespace Gateway.Core.Tests.Telling;

/// <summary>The lines in which two texts differ, with two lines around each, as <c>diff -u</c> would show them.</summary>
internal static class Difference
{
    private const int Around = 2;

    public static string Of(string before, string after)
    {
        var marked = Mark(before.Split('\n'), after.Split('\n'));
        var shown = new StringBuilder();
        var skipping = false;
        for (var index = 0; index < marked.Count; index++)
        {
            var (first, last) = (Math.Max(0, index - Around), Math.Min(marked.Count - 1, index + Around));
            var near = marked[first..(last + 1)].Exists(line => line.Sign != ' ');
            if (near)
            {
                shown.Append("    ").Append(marked[index].Sign).Append(' ').Append(marked[index].Text).Append('\n');
            }
            else if (!skipping)
            {
                shown.Append("      ...\n");
            }

            skipping = !near;
        }

        return shown.ToString();
    }

    private static List<(char Sign, string Text)> Mark(string[] before, string[] after)
    {
        var common = CommonLengths(before, after);
        var marked = new List<(char, string)>();
        var (i, j) = (0, 0);
        while (i < before.Length || j < after.Length)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                marked.Add((' ', before[i++]));
                j++;
            }
            else if (j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                marked.Add(('-', before[i++]));
            }
            else
            {
                marked.Add(('+', after[j++]));
            }
        }

        return marked;
    }

    // common[i, j] is the length of the longest common subsequence of before[i..] and after[j..].
    private static int[,] CommonLengths(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }
}
