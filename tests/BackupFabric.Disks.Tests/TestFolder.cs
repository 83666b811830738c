namespace BackupFabric.Disks.Tests;

/// <summary>A folder of its own for a test, removed with it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("disks-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string Root => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
