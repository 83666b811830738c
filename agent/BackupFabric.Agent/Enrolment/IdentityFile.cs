using System.Text.Json.Serialization;

namespace BackupFabric.Agent.Enrolment;

/// <summary>An identity as it lies in the data folder: one file, so that it is replaced as a whole or not at all.</summary>
internal sealed record IdentityFile(
    string Server, string HostId, string HostName, byte[] Key, byte[] Certificate, byte[] Authority, DateTimeOffset RenewAfter);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IdentityFile))]
internal sealed partial class IdentityJson : JsonSerializerContext;
