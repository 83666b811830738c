namespace BackupFabric.Agent.Lab.Schema;

internal sealed record WmiMethod(
    string Name,
    IReadOnlyList<WmiParameter> In,
    IReadOnlyList<WmiParameter> Out,
    IReadOnlyList<string>? LiveOnly = null)
{
    public WmiParameter? Input(string name) => In.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A parameter that a caller must give: a reference that goes in only. The rest is judged by the method itself, as Hyper-V does.</summary>
    public IEnumerable<WmiParameter> Required =>
        In.Where(p => !p.Optional && p.Type == "reference" && !Out.Any(o => o.Name == p.Name));
}
