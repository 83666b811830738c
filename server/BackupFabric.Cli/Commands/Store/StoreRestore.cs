using System.CommandLine;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Export;
using BackupFabric.BlockStore.Points;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store restore DIR POINT OUT`.</summary>
internal static class StoreRestore
{
    private const string Example =
        """
        Examples:
          bf store restore /backup/repo latest:web-01 web-01.vhdx
          bf store restore /backup/repo 0198f2ab sector0.bin --format raw --offset 0 --length 512

        The file gets its name when all of it is written and on the disk; until then it is called OUT.partial.
        """;

    public static Command Create(BfCommand bf)
    {
        var (folder, point) = (StoreFolder.Argument(), PointName.Argument());
        var file = new Argument<string>("out") { Description = "The file to make." };
        var disk = new Option<string?>("--disk") { Description = "Which disk, when the point has several.", HelpName = "KEY" };
        var format = new Option<string?>("--format") { Description = "What to write (default: as OUT's extension says, else raw).", HelpName = "raw|vhdx|vhd" };
        format.AcceptOnlyFromAmong("raw", "vhdx", "vhd");
        var offset = new Option<long?>("--offset") { Description = "Only from this byte of the disk on (raw only).", HelpName = "BYTES" }.WholeNumber();
        var length = new Option<long?>("--length") { Description = "Only so many bytes (raw only).", HelpName = "BYTES" }.WholeNumber();
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace OUT if it exists." };
        var command = new Command("restore", "Write a disk of a recovery point, or a part of it, to a file.") { folder, point, file, disk, format, offset, length, overwrite };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.ReadBlocksAsync(parsed, folder, async repository =>
        {
            var from = PointName.Find(repository, parsed.GetRequiredValue(point));
            var what = PointName.DiskOf(from, parsed.GetValue(disk));
            var output = new RestoreFile(parsed.GetRequiredValue(file), parsed.GetValue(format), parsed.GetValue(overwrite));
            var range = RangeOf(what, output, parsed.GetValue(offset), parsed.GetValue(length));
            var job = new ExportJob(repository, new ExportOptions());
            var report = await StoreProgress.RunAsync<ExportReport, ExportProgress>(
                printer, "restoring", p => new("restoring", p.DoneBytes, p.TotalBytes), progress => output.WriteAsync(what, range?.Length ?? what.Root.Length, target => job.RunAsync(what, target, range, progress, cancellation), cancellation));
            var view = new RestoreView(from.PointId, what.DiskKey, output.Path, output.Format, range?.Length ?? what.Root.Length, report.WrittenBytes, report.Blocks, report.PackReads);
            printer.Result(view, StoreJson.Wire.RestoreView, v => Printer.Line($"Restored {Units.Bytes(v.Length)} ({Units.Bytes(v.WrittenBytes)} in use) to {v.Path}."));
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }

    private static ByteRange? RangeOf(ManifestDisk disk, RestoreFile output, long? offset, long? length)
    {
        if (offset is null && length is null) return null;
        if (output.Format != RestoreFile.Raw)
            throw new CliProblemException("format-unfit", "A part of a disk can only be written raw.", "Choose --format raw, or leave --offset and --length out.", ExitCode.Usage);
        var from = offset ?? 0;
        return new(from, length ?? disk.Root.Length - from);
    }
}
