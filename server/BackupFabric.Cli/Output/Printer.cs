using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Output;

/// <summary>Text for people on a terminal, or one JSON document for programs: never both on standard output.</summary>
internal sealed class Printer(bool json)
{
    public static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool Json { get; } = json;

    /// <summary>A bar can be drawn: somebody looks at it.</summary>
    public bool Live => !Json && !Console.IsErrorRedirected;

    public void Result<T>(T value, Action<T> text)
    {
        if (Json) Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));
        else text(value);
    }

    /// <summary>The same where start-up counts: <paramref name="shape"/> was made when bf was built.</summary>
    public void Result<T>(T value, JsonTypeInfo<T> shape, Action<T> text)
    {
        if (Json) Console.Out.WriteLine(JsonSerializer.Serialize(value, shape));
        else text(value);
    }

    /// <param name="empty">Said when there is nothing: that, and the step that changes it.</param>
    public void List<T>(IReadOnlyList<T> items, string empty, IReadOnlyList<TableColumn> columns, Func<T, IReadOnlyList<string>> row) =>
        Result(items, all => Table(all, empty, columns, row));

    /// <inheritdoc cref="List{T}(IReadOnlyList{T}, string, IReadOnlyList{TableColumn}, Func{T, IReadOnlyList{string}})"/>
    public void List<T>(List<T> items, JsonTypeInfo<List<T>> shape, string empty, IReadOnlyList<TableColumn> columns, Func<T, IReadOnlyList<string>> row) =>
        Result(items, shape, all => Table(all, empty, columns, row));

    public void Problem(ProblemView problem)
    {
        if (Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { problem }, JsonOptions));
            return;
        }

        Console.Error.WriteLine($"bf: {PlainText.Of(problem.Sentence)} [{PlainText.Of(problem.Code)}]");
        if (problem.Advice.Length > 0) Console.Error.WriteLine($"    {PlainText.Of(problem.Advice)}");
    }

    /// <summary>For people only; on standard error so that what a program reads on standard output stays clean.</summary>
    public void Note(string text)
    {
        if (!Json) Console.Error.WriteLine(text);
    }

    public static void Line(string text) => Console.Out.WriteLine(PlainText.Of(text));

    public static void Fields(IEnumerable<(string Name, string? Value)> fields)
    {
        var shown = fields.Where(f => !string.IsNullOrEmpty(f.Value)).ToList();
        var width = shown.Max(f => f.Name.Length) + 2;
        foreach (var (name, value) in shown) Line((name + ":").PadRight(width) + value);
    }

    public static void Warnings(IEnumerable<ProblemView> warnings)
    {
        foreach (var warning in warnings) Line($"  ! {Sentences(warning)}");
    }

    public static string Sentences(ProblemView problem) => $"{problem.Sentence} {problem.Advice}".TrimEnd() + $" [{problem.Code}]";

    private void Table<T>(IReadOnlyList<T> items, string empty, IReadOnlyList<TableColumn> columns, Func<T, IReadOnlyList<string>> row)
    {
        if (items.Count == 0) Note(empty);
        else foreach (var line in TextTable.Lines(columns, [.. items.Select(row)], TerminalWidth())) Console.Out.WriteLine(line);
    }

    /// <summary>Null where lines must not be cut: in a pipe, in a file, on a terminal that does not tell its width.</summary>
    private static int? TerminalWidth() => !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Console.WindowWidth : null;
}
