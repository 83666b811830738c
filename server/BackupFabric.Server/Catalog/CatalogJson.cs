using System.Text.Json;

namespace BackupFabric.Server.Catalog;

/// <summary>Lists that are only ever read and written as a whole lie in one column, as JSON.</summary>
internal static class CatalogJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static IReadOnlyList<T> ReadList<T>(string? text) =>
        string.IsNullOrEmpty(text) ? [] : JsonSerializer.Deserialize<List<T>>(text, Options) ?? [];

    public static T? Read<T>(string? text)
        where T : class =>
        string.IsNullOrEmpty(text) ? null : JsonSerializer.Deserialize<T>(text, Options);
}
