using System.Text.Json.Serialization;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Agent.Service;

internal sealed record EnrolledView(string HostId, string HostName, string Server, string Authority, DateTimeOffset CertificateNotAfter);

/// <param name="Running">An agent process works with this data folder now.</param>
/// <param name="OpenJournalEntries">Things made on the host that some job, running or dead, has still to remove.</param>
/// <param name="UnsentOutcomes">Ended jobs that the server has not yet noted.</param>
internal sealed record StatusView(
    bool Enrolled, bool Running, string? HostId, string? HostName, string? Server, DateTimeOffset? CertificateNotAfter, int OpenJournalEntries, int UnsentOutcomes);

internal sealed record VersionView(string Version, uint Protocol);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EnrolledView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(ProblemView))]
internal sealed partial class OutputJson : JsonSerializerContext;
