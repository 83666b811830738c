using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Agent.Lab.Guests;

namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>How the lab's documents are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(HostDocument))]
[JsonSerializable(typeof(VmDocument))]
[JsonSerializable(typeof(VmSettings))]
[JsonSerializable(typeof(VmDefinition))]
[JsonSerializable(typeof(TruthDocument))]
[JsonSerializable(typeof(Moment))]
[JsonSerializable(typeof(FaultDocument))]
internal sealed partial class LabJson : JsonSerializerContext
{
    public static T Copy<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(JsonSerializer.Serialize(value, type), type)!;

    /// <summary>Null when the file is not there.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException broken)
        {
            throw new LabException("lab-document-broken", $"'{path}' is not a document of the lab: {broken.Message}", "Mend or remove the file; 'bf-lab create' makes a new lab in an empty folder.", broken);
        }
    }

    /// <summary>Readers in other processes see the old document or the new one, never a part.</summary>
    public static void Replace<T>(string path, T value, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string fresh = $"{path}.{System.Guid.NewGuid():n}.new";
        File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(value, type));
        File.Move(fresh, path, overwrite: true);
    }
}
