using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Tests.Facts;

/// <summary>Nothing that the code says to the host may be invented.</summary>
public sealed partial class WmiFactsTests
{
    private const string ValueSuffix = "Value";
    private const string TextSuffix = "Text";
    private static readonly JsonElement Facts = Load();

    [Fact]
    public void Every_name_spoken_to_the_host_is_known_to_its_schema()
    {
        var unknown = new List<string>();
        foreach (var type in typeof(Names).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(t => !t.IsEnum)) CheckClass(type, unknown);
        Assert.Empty(unknown);
    }

    [Fact]
    public void Return_codes_are_the_providers()
    {
        var known = Facts.GetProperty("returnValues");
        var unknown = Enum.GetValues<Names.ReturnValue>().Where(v => !Matches(known, (long)v, v.ToString()));
        Assert.Empty(unknown);
    }

    [Fact]
    public void Disk_errors_are_those_of_the_headers()
    {
        var known = Facts.GetProperty("diskErrors").EnumerateObject().ToDictionary(e => Letters(e.Name["ERROR_".Length..]), e => e.Value.GetUInt32(), StringComparer.OrdinalIgnoreCase);
        var wrong = typeof(DiskError).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => !known.TryGetValue(f.Name, out var value) || value != (uint)f.GetRawConstantValue()!).Select(f => f.Name);
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_source_file_but_the_list_of_names_spells_a_class_in_a_string()
    {
        var sources = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../agent/BackupFabric.Agent.HyperV");
        Assert.SkipUnless(Directory.Exists(sources), "the sources are not beside the tests");
        var offenders = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("\\obj\\", StringComparison.Ordinal))
            .Where(f => File.ReadLines(f).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(l => Literal().Matches(l)).Select(m => Hole().Replace(m.Value, "")).Any(t => t.Contains("Msvm_", StringComparison.Ordinal) || t.Contains("CIM_", StringComparison.Ordinal)));
        Assert.Empty(offenders);
    }

    private static void CheckClass(Type type, List<string> unknown)
    {
        if (!Facts.GetProperty("classes").TryGetProperty(type.Name, out var known))
        {
            unknown.Add(type.Name);
            return;
        }

        var properties = known.GetProperty("properties");
        CheckMembers(type, properties, type.Name, unknown);
        foreach (var method in type.GetNestedTypes().Where(t => !t.IsEnum && !IsTexts(t)))
        {
            if (known.GetProperty("methods").TryGetProperty(method.Name, out var parameters)) CheckMembers(method, parameters, $"{type.Name}.{method.Name}", unknown);
            else unknown.Add($"{type.Name}.{method.Name}()");
        }
    }

    private static void CheckMembers(Type type, JsonElement known, string where, List<string> unknown)
    {
        foreach (var name in Constants(type).Where(n => !known.TryGetProperty(n, out _))) unknown.Add($"{where}.{name}");
        foreach (var values in type.GetNestedTypes().Where(t => t.IsEnum))
        {
            var property = values.Name[..^ValueSuffix.Length];
            if (!known.TryGetProperty(property, out var facts) || !facts.TryGetProperty("enum", out var numbers)) unknown.Add($"{where}.{property} has no values");
            else unknown.AddRange(Enum.GetValues(values).Cast<object>().Where(v => !Matches(numbers, Convert.ToInt64(v, null), v.ToString()!)).Select(v => $"{where}.{property} = {v}"));
        }

        foreach (var texts in type.GetNestedTypes().Where(IsTexts))
        {
            var property = texts.Name[..^TextSuffix.Length];
            var given = known.TryGetProperty(property, out var facts) && facts.TryGetProperty("texts", out var list) ? list.EnumerateArray().Select(t => t.GetString()).ToHashSet() : [];
            unknown.AddRange(Constants(texts).Where(t => !given.Contains(t)).Select(t => $"{where}.{property} = '{t}'"));
        }
    }

    // The number must exist and mean what the name says.
    private static bool Matches(JsonElement values, long number, string name) =>
        values.TryGetProperty(number.ToString(System.Globalization.CultureInfo.InvariantCulture), out var text)
        && Letters(text.GetString()!).Contains(Letters(name), StringComparison.OrdinalIgnoreCase);

    private static string Letters(string text) => new([.. text.Where(char.IsLetterOrDigit)]);

    private static bool IsTexts(Type type) => type.IsClass && type.Name.EndsWith(TextSuffix, StringComparison.Ordinal);

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => (string)f.GetRawConstantValue()!);

    private static JsonElement Load()
    {
        using var stream = typeof(WmiFactsTests).Assembly.GetManifestResourceStream("wmi-names.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();
}
