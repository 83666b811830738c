namespace BackupFabric.Protos.Rest;

/// <summary>The body of every answer that is not a success (application/problem+json with these extra members).</summary>
/// <param name="Retry">never, soon, later, after-operator-acts.</param>
public sealed record ProblemView(string Code, string Sentence, string Advice, string Retry);
