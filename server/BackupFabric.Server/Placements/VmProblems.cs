using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Placements;

internal static class VmProblems
{
    public static Problem NotFound(string text) => new()
    {
        Code = "vm-unknown",
        Sentence = $"There is no VM '{text}'.",
        Advice = "'bf vm list' shows the VMs that the hosts report, by name and id; a VM appears there when its host's agent is connected.",
    };

    public static Problem Ambiguous(string name, IEnumerable<Guid> ids) => new()
    {
        Code = "vm-ambiguous",
        Sentence = $"More than one VM is named '{name}': {string.Join(", ", ids)}.",
        Advice = "Give the id of the one that is meant.",
    };
}
