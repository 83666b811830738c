using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace BackupFabric.Cli.Output;

/// <param name="MayShrink">Names may be shortened to fit a terminal; ids, states and figures never.</param>
internal sealed record TableColumn(string Title, bool Right = false, bool MayShrink = false);

/// <summary>Columns without frames: readable on a terminal, and lines that grep and awk understand.</summary>
internal static class TextTable
{
    private const string Gap = "  ";
    private const int ShortestName = 8;

    /// <param name="terminalWidth">Null: nothing is shortened.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<TableColumn> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? terminalWidth)
    {
        List<string[]> cells = [[.. columns.Select(c => c.Title.ToUpperInvariant())], .. rows.Select(row => row.Select(PlainText.Of).ToArray())];
        var widths = columns.Select((_, column) => cells.Max(row => Width(row[column]))).ToArray();
        if (terminalWidth is { } width) Shrink(columns, widths, width);
        return cells.Select(row => Line(columns, row, widths));
    }

    private static void Shrink(IReadOnlyList<TableColumn> columns, int[] widths, int terminalWidth)
    {
        while (widths.Sum() + Gap.Length * (widths.Length - 1) > terminalWidth)
        {
            var widest = -1;
            for (var column = 0; column < widths.Length; column++)
                if (columns[column].MayShrink && widths[column] > ShortestName && (widest < 0 || widths[column] > widths[widest])) widest = column;
            if (widest < 0) return;
            widths[widest]--;
        }
    }

    private static string Line(IReadOnlyList<TableColumn> columns, string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var column = 0; column < cells.Length; column++)
        {
            if (column > 0) line.Append(Gap);
            var cell = Fit(cells[column], widths[column]);
            var padding = widths[column] - Width(cell);
            if (columns[column].Right) line.Append(' ', padding).Append(cell);
            else line.Append(cell).Append(' ', padding);
        }

        return line.ToString().TrimEnd();
    }

    public static string Fit(string cell, int width)
    {
        if (Width(cell) <= width) return cell;
        var kept = new StringBuilder();
        var elements = StringInfo.GetTextElementEnumerator(cell);
        var used = 1;
        while (elements.MoveNext() && (used += Width(elements.GetTextElement())) <= width) kept.Append(elements.GetTextElement());
        return kept.Append('…').ToString();
    }

    /// <summary>In terminal cells: Chinese and Japanese characters take two.</summary>
    private static int Width(string text) => new Segment(text).CellCount();
}
