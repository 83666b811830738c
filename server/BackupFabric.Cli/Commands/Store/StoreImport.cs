using System.CommandLine;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Import;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store import DIR IMAGE --vm NAME`.</summary>
internal static class StoreImport
{
    private const string Example =
        """
        Examples:
          bf store import /backup/repo web-01.vhdx --vm web-01
          bf store import /backup/repo web-01.raw --vm web-01 --changed ranges.json

        The list of changes is [{"offset":0,"length":4096},...] in bytes, relative to the VM's last point
        with this disk; only those ranges are read. 'bf store diff' prints the same shape.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var image = new Argument<string>("image") { Description = "A disk image: raw, VHD or VHDX (with its chain of parents)." };
        var vm = new Option<string>("--vm") { Description = "The virtual machine's name.", HelpName = "NAME", Required = true };
        var disk = new Option<string>("--disk") { Description = "Which of its disks this is (default disk-0).", HelpName = "KEY", DefaultValueFactory = _ => "disk-0" };
        var changed = new Option<string?>("--changed") { Description = "What changed since the VM's last point; '-' reads it from standard input.", HelpName = "RANGES.json" };
        var codec = new Option<string>("--codec") { Description = "How new blocks are packed (default lz4).", HelpName = "none|lz4|zstd", DefaultValueFactory = _ => "lz4" };
        codec.AcceptOnlyFromAmong("none", "lz4", "zstd");
        var level = new Option<int>("--level") { Description = "Level of Zstandard, -50 to 19, or acceleration of LZ4, 1 to 64 (default: the codec's)." }.Within(-50, 64);
        var command = new Command("import", "Bring a disk image in as a recovery point.") { folder, image, vm, disk, changed, codec, level };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, async (parsed, printer, cancellation) =>
        {
            var options = OptionsOf(parsed.GetRequiredValue(codec), parsed.GetValue(level));
            var ranges = parsed.GetValue(changed) is { } file ? await RangesFile.ReadAsync(file, cancellation) : null;
            await using var source = await SourceImage.OpenAsync(parsed.GetRequiredValue(image), cancellation);
            var request = source.Request(parsed.GetRequiredValue(vm), parsed.GetRequiredValue(disk), ranges);
            return await StoreFolder.UseAsync(parsed, folder, async repository =>
            {
                var job = new ImportJob(repository, options, TimeProvider.System);
                var report = await StoreProgress.RunAsync<ImportReport, ImportProgress>(
                    printer, "importing", p => new("importing", p.DoneBytes, p.TotalBytes), progress => job.RunAsync(request, source, progress, cancellation));
                printer.Result(ImportView.Of(report), StoreJson.Wire.ImportView, Print);
                return ExitCode.Ok;
            }, cancellation);
        });
        return command;
    }

    private static ImportOptions OptionsOf(string name, int level)
    {
        var codec = name switch { "none" => BlockCodec.None, "zstd" => BlockCodec.Zstd, _ => BlockCodec.Lz4 };
        if (!BlockSealer.Supports(codec)) throw new CliProblemException("codec-missing", "Zstandard's library is not installed on this machine.", "Install libzstd, or choose --codec lz4.", ExitCode.Refused);
        return BlockSealer.HasLevel(codec, level) ? new(codec, level)
            : throw new CliProblemException("level-invalid", $"{name} has no level {level}.", "zstd has -50 to 19, lz4 1 to 64, none has none.", ExitCode.Usage);
    }

    private static void Print(ImportView view)
    {
        Printer.Line($"Point {Units.Short(view.PointId)} of {view.VmName}: {Units.Bytes(view.Length)}, {Units.Bytes(view.ContentBytes)} of it in use.");
        Printer.Line($"Read {Units.Bytes(view.ReadBytes)}, new {Units.Bytes(view.NewPlainBytes)}, stored {Units.Bytes(view.NewBytes)} in {view.NewBlocks} blocks.");
    }
}
