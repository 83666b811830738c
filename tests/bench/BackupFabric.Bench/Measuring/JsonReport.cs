using System.Text.Json;

namespace BackupFabric.Bench.Measuring;

/// <summary>The same figures for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static void Write<T>(string? file, T content)
    {
        if (file is not null) File.WriteAllText(file, JsonSerializer.Serialize(content, Form));
    }
}
