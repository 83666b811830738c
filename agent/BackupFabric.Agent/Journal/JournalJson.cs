using System.Text.Json.Serialization;
using BackupFabric.Agent.Ports;

namespace BackupFabric.Agent.Journal;

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
