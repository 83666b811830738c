using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>The repository that a verb works on: its argument, and how it is opened for as long as the verb runs.</summary>
internal static class StoreFolder
{
    /// <summary>How often a verb that only reads begins anew because packs went while it read.</summary>
    private const int ReadingsMax = 3;

    /// <summary>Where packs lie; FORMAT.md.</summary>
    private static readonly string[] _packFolders = ["data", "maps"];

    public static Argument<string> Argument() => new("dir") { Description = "The repository's folder." };

    /// <summary>Opens it as its owner: one program at a time.</summary>
    public static Task<int> UseAsync(ParseResult parsed, Argument<string> folder, Func<Repository, Task<int>> act, CancellationToken cancellation) =>
        UseAsync(parsed, folder, (repository, _) => act(repository), cancellation);

    /// <summary>The same for what opens a copy of it too, by the same secret.</summary>
    public static async Task<int> UseAsync(ParseResult parsed, Argument<string> folder, Func<Repository, RepositorySecret?, Task<int>> act, CancellationToken cancellation)
    {
        await using var volume = VolumeOf(parsed.GetRequiredValue(folder));
        using var secret = StoreSecret.Read(parsed);
        await using var repository = await Repository.OpenAsync(volume, Options(secret), TimeProvider.System, cancellation);
        return await act(repository, secret);
    }

    /// <summary>Opens it for reading only: beside its owner, and on a volume that cannot be written.</summary>
    public static Task<int> ReadAsync(ParseResult parsed, Argument<string> folder, Func<Repository, Task<int>> act, CancellationToken cancellation) =>
        ReadAsync(parsed, folder, act, 1, cancellation);

    /// <summary>
    /// As <see cref="ReadAsync(ParseResult, Argument{string}, Func{Repository, Task{int}}, CancellationToken)"/>, for what reads blocks and can be begun anew: the owner's
    /// collection may move them to other packs meanwhile, and then nothing is damaged, but what this process knows of them is old.
    /// </summary>
    public static Task<int> ReadBlocksAsync(ParseResult parsed, Argument<string> folder, Func<Repository, Task<int>> act, CancellationToken cancellation) =>
        ReadAsync(parsed, folder, act, ReadingsMax, cancellation);

    private static async Task<int> ReadAsync(ParseResult parsed, Argument<string> folder, Func<Repository, Task<int>> act, int readingsMax, CancellationToken cancellation)
    {
        await using var volume = VolumeOf(parsed.GetRequiredValue(folder));
        using var secret = StoreSecret.Read(parsed);
        for (var reading = 1; ; reading++)
        {
            var before = Packs(volume);
            try
            {
                await using var repository = await Repository.OpenForReadingAsync(volume, Options(secret), TimeProvider.System, cancellation);
                return await act(repository);
            }
            catch (RepositoryException lost) when (reading < readingsMax && ExitCode.OfRepository(lost.Code) == ExitCode.Damaged && !before.IsSubsetOf(Packs(volume)))
            {
                // Packs have gone since it was opened: they are looked up anew.
            }
        }
    }

    public static LocalVolume VolumeOf(string folder) =>
        string.IsNullOrWhiteSpace(folder)
            ? throw new CliProblemException("folder-needed", "The repository's folder is an empty name.", "Name the folder.", ExitCode.Usage)
            : new LocalVolume(folder);

    public static RepositoryOptions Options(RepositorySecret? secret) => new($"bf on {Environment.MachineName}, process {Environment.ProcessId}", Secret: secret);

    private static HashSet<string> Packs(LocalVolume volume) =>
        [.. _packFolders.Select(folder => Path.Combine(volume.Name, folder)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)];
}
