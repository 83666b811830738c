using System.Text.RegularExpressions;

namespace BackupFabric.Architecture.Tests;

/// <summary>Small rules that a reader would otherwise have to enforce by eye. Each names what to use instead.</summary>
public sealed partial class Tidiness
{
    private static readonly string[] Product = ["protos", "formats", "server", "agent", "deploy/lab"];
    private static readonly string[] All = [.. Product, "tests"];

    /// <summary>A type that is the edge to the clock, on purpose.</summary>
    private static readonly string[] MayAskTheClock = [];

    [Fact]
    public void Product_code_asks_TimeProvider_for_the_time() =>
        Nowhere(Clock(), Product.Except(MayAskTheClock), "take a TimeProvider");

    [Fact]
    public void Nobody_sleeps_on_a_thread() =>
        Nowhere(Sleep(), All, "wait for a state, or Task.Delay with a TimeProvider");

    [Fact]
    public void No_catch_swallows_everything_without_a_word() =>
        Nowhere(EmptyCatch(), All, "catch what is expected and say why it may be ignored");

    [Fact]
    public void Nothing_is_left_to_be_done_later() =>
        Nowhere(Unfinished(), All, "finish it or leave it out");

    [Fact]
    public void A_file_is_one_thing()
    {
        var long_ = SourceTree.Files("*.cs", All).Select(f => (File: SourceTree.Relative(f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > 500).Select(f => $"{f.File}: {f.Lines} lines");
        Assert.Empty(long_);
    }

    [Fact]
    public void No_type_is_called_helper_or_utility()
    {
        var offences = SourceTree.Files("*.cs", All).Where(f => VagueName().IsMatch(Path.GetFileNameWithoutExtension(f))).Select(SourceTree.Relative);
        Assert.Empty(offences);
    }

    private static void Nowhere(Regex pattern, IEnumerable<string> below, string instead)
    {
        var offences = SourceTree.Files("*.cs", [.. below])
            .Where(f => !f.Contains("BackupFabric.Architecture.Tests", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f).Select((line, i) => (Place: $"{SourceTree.Relative(f)}:{i + 1}", line)))
            .Where(l => pattern.IsMatch(l.line)).Select(l => $"{l.Place}: {l.line.Trim()} ({instead})");
        Assert.Empty(offences);
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b|\bStopwatch\.(StartNew|GetTimestamp)\b|\bEnvironment\.TickCount")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\bThread\.Sleep\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"catch *(\([A-Za-z.]*\bException[^)]*\))? *\{ *\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\bNotImplementedException\b|\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex("(Helper|Helpers|Util|Utils|Utility|Manager)$")]
    private static partial Regex VagueName();
}
