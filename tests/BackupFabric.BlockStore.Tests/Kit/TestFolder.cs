namespace BackupFabric.BlockStore.Tests.Kit;

internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("blockstore-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
