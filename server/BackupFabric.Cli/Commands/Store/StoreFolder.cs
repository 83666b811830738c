using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>The repository that a verb works on: its argument, and how it is opened for as long as the verb runs.</summary>
internal static class StoreFolder
{
    public static Argument<string> Argument() => new("dir") { Description = "The repository's folder." };

    public static async Task<int> UseAsync(ParseResult parsed, Argument<string> folder, Func<Repository, Task<int>> act, CancellationToken cancellation)
    {
        await using var volume = VolumeOf(parsed.GetRequiredValue(folder));
        await using var repository = await Repository.OpenAsync(volume, Options(), TimeProvider.System, cancellation);
        return await act(repository);
    }

    public static LocalVolume VolumeOf(string folder) =>
        string.IsNullOrWhiteSpace(folder)
            ? throw new CliProblemException("folder-needed", "The repository's folder is an empty name.", "Name the folder.", ExitCode.Usage)
            : new LocalVolume(folder);

    public static RepositoryOptions Options() => new($"bf on {Environment.MachineName}, process {Environment.ProcessId}");
}
