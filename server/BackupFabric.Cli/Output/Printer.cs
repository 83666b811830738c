using System.Text.Json;
using System.Text.Json.Serialization;
using BackupFabric.Protos.Rest;
using Spectre.Console;

namespace BackupFabric.Cli.Output;

/// <summary>Text for people on a terminal, or one JSON document for programs: never both on standard output.</summary>
internal sealed class Printer(bool json)
{
    public static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool Json { get; } = json;

    /// <summary>A bar can be drawn: somebody looks at it.</summary>
    public bool Live => !Json && !Console.IsErrorRedirected;

    public void Result<T>(T value, Action<T> text)
    {
        if (Json) Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));
        else text(value);
    }

    public void Problem(ProblemView problem)
    {
        if (Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { problem }, JsonOptions));
            return;
        }

        Console.Error.WriteLine($"bf: {problem.Sentence} [{problem.Code}]");
        if (problem.Advice.Length > 0) Console.Error.WriteLine($"    {problem.Advice}");
    }

    /// <summary>For people only; on standard error so that a table on standard output stays clean.</summary>
    public void Note(string text)
    {
        if (!Json) Console.Error.WriteLine(text);
    }

    public static void Table(IEnumerable<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Minimal).Collapse();
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        // A pipe has no width: lines must not be folded for whoever reads them there.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 1000;
        AnsiConsole.Write(table);
    }

    public static void Fields(IEnumerable<(string Name, string? Value)> fields)
    {
        var shown = fields.Where(f => !string.IsNullOrEmpty(f.Value)).ToList();
        var width = shown.Max(f => f.Name.Length) + 2;
        foreach (var (name, value) in shown) Console.Out.WriteLine((name + ":").PadRight(width) + value);
    }
}
