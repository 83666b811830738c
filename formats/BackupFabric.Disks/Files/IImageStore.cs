namespace BackupFabric.Disks.Files;

/// <summary>Where image files are found and made.</summary>
internal interface IImageStore
{
    bool Exists(string path);

    /// <summary>One name per file, to notice that a chain comes back to itself.</summary>
    string FullPath(string path);

    IImageFile Open(string path, bool writable);

    /// <summary>Makes a file that must not exist, opened for writing.</summary>
    IImageFile Create(string path);

    void Delete(string path);
}
