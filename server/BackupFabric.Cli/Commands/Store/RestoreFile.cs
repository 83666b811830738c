using BackupFabric.BlockStore.Export;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Volumes;
using BackupFabric.Cli.Output;
using BackupFabric.Disks;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>The file that a restore makes: under another name until it is whole, and gone when the restore fails.</summary>
internal sealed class RestoreFile
{
    public const string Raw = "raw";
    private const string PartialExtension = ".partial";

    private readonly bool _overwrite;

    public RestoreFile(string path, string? format, bool overwrite)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new CliProblemException("file-needed", "The file to make is an empty name.", "Name the file.", ExitCode.Usage);
        (Path, _overwrite) = (System.IO.Path.GetFullPath(path), overwrite);
        Format = format ?? System.IO.Path.GetExtension(Path).ToUpperInvariant() switch { ".VHDX" => "vhdx", ".VHD" => "vhd", _ => Raw };
        if (Directory.Exists(Path)) throw new CliProblemException("file-is-folder", $"'{Path}' is a folder.", "Name a file in it.", ExitCode.Usage);
        if (!overwrite && File.Exists(Path)) throw Exists(Path);
    }

    public string Path { get; }

    public string Format { get; }

    private string Partial => Path + PartialExtension;

    public async Task<ExportReport> WriteAsync(ManifestDisk disk, long length, Func<ITargetDisk, Task<ExportReport>> export, CancellationToken cancellation)
    {
        try
        {
            // Of a restore that was killed.
            if (File.Exists(Partial)) File.Delete(Partial);
            ExportReport report;
            await using (var target = Format == Raw ? RawTarget.Create(Partial, length) : await ImageTarget.CreateAsync(Partial, OptionsFor(disk), cancellation)) report = await export(target);
            File.Move(Partial, Path, _overwrite);
            await using var folder = new LocalVolume(System.IO.Path.GetDirectoryName(Path)!);
            await folder.SyncFolderAsync("", CancellationToken.None);
            return report;
        }
        catch (Exception failure)
        {
            Remove();
            if (failure is IOException full && RawTarget.IsFull(full))
                throw new CliProblemException("target-full", $"There is no room for '{Path}'.", "Make room on that volume, or restore to another one.", ExitCode.Refused, failure);
            if (failure is UnauthorizedAccessException or DirectoryNotFoundException)
                throw new CliProblemException("target-denied", $"'{Path}' cannot be made: {failure.Message}", "Check the path and its permissions.", ExitCode.Usage, failure);
            if (failure is IOException && !_overwrite && File.Exists(Path)) throw Exists(Path);
            throw;
        }
    }

    private DiskImageOptions OptionsFor(ManifestDisk disk)
    {
        var format = Format == "vhdx" ? DiskFormat.Vhdx : DiskFormat.Vhd;
        return new(format, DiskKind.Dynamic, disk.Root.Length, disk.LogicalSectorSize, disk.PhysicalSectorSize, format == DiskFormat.Vhdx ? disk.BlockSize : 0, Bulk: true);
    }

    private void Remove()
    {
        if (!File.Exists(Partial)) return;
        try
        {
            File.Delete(Partial);
        }
        catch (Exception stays) when (stays is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"bf: '{PlainText.Of(Partial)}' is not whole and could not be removed: {PlainText.Of(stays.Message)}");
        }
    }

    private static CliProblemException Exists(string path) =>
        new("file-exists", $"'{path}' exists already.", "Choose another name, or replace it with --overwrite.", ExitCode.Refused);
}
