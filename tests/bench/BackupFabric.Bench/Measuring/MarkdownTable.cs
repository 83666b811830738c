using System.Globalization;

namespace BackupFabric.Bench.Measuring;

/// <summary>A table for people to read; printed row by row, so that a long measurement shows what it has.</summary>
internal sealed class MarkdownTable
{
    private readonly int _columns;

    public MarkdownTable(params string[] columns)
    {
        _columns = columns.Length;
        Console.WriteLine("| " + string.Join(" | ", columns) + " |");
        Console.WriteLine("|" + string.Concat(Enumerable.Repeat("---|", columns.Length)));
    }

    public void Row(params object[] cells)
    {
        if (cells.Length != _columns) throw new InvalidOperationException($"A row of {cells.Length} cells does not fit a table of {_columns} columns.");
        Console.WriteLine("| " + string.Join(" | ", cells.Select(Text)) + " |");
    }

    private static string Text(object cell) => cell switch
    {
        double.NaN => "-",
        double number => number.ToString(Math.Abs(number) < 10 ? "0.00" : "#,0", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString("#,0", CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };
}
