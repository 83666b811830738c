using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Recoveries;

internal static class RecoverProblems
{
    public static Problem NameInvalid(string name) => new()
    {
        Code = "vm-name-invalid",
        Sentence = name.Length == 0 ? "The recovered VM needs a name." : $"'{name}' cannot be the name of a VM.",
        Advice = "Use 1 to 100 characters without \\ / : * ? \" < > | and control characters, not ending in a dot or a space.",
    };

    public static Problem PathInvalid(string path) => new()
    {
        Code = "path-invalid",
        Sentence = $"'{path}' cannot be the folder of a recovered VM.",
        Advice = "Give a full path on the target host, like D:\\Recovered or \\\\server\\share\\Recovered, or leave it out to use the host's default.",
    };

    public static Problem NameExists(string name, string hostName) => new()
    {
        Code = "vm-name-taken",
        Sentence = $"Host '{hostName}' already has a VM named '{name}'.",
        Advice = "Choose another name with --name; an existing VM is never overwritten.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem DiskUnknown(string diskKey) => new()
    {
        Code = "disk-unknown",
        Sentence = $"The recovery point has no disk '{diskKey}'.",
        Advice = "'bf point show' lists its disks.",
    };

    public static Problem OffsetInvalid(ulong offset) => new()
    {
        Code = "offset-invalid",
        Sentence = $"A transfer cannot be taken up at {offset}.",
        Advice = "Use a multiple of the span within the disk's length.",
    };
}
