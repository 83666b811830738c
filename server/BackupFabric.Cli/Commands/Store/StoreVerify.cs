using System.CommandLine;
using System.Globalization;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Verification;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store verify DIR`.</summary>
internal static class StoreVerify
{
    private const long MebibytesMax = 1 << 20;

    private const string Example =
        """
        Examples:
          bf store verify /backup/repo
          bf store verify /backup/repo --rate 100 --share 0.1
          bf store verify /backup/repo --heal-from /mnt/copy-of-repo

        Every block is opened and hashed. With a share below 1 it goes on where the last one ended, so that
        --share 0.1 every night proves all of it in ten. Exit code 9: something is damaged, also when all of
        it was healed; the points that cannot be restored whole are named.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var rate = new Option<long?>("--rate") { Description = "Read no more than so many MiB in a second.", HelpName = "MIB" }.WholeNumber();
        var share = new Option<string?>("--share") { Description = "Only this share of the repository, above 0 and up to 1 (default 1).", HelpName = "SHARE" };
        var copy = new Option<string?>("--heal-from") { Description = "A copy of this repository, from which damaged and missing blocks are fetched.", HelpName = "DIR2" };
        var command = new Command("verify", "Read everything, or a share of it, and prove it.") { folder, rate, share, copy };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) =>
        {
            var options = new VerificationOptions(RateOf(parsed.GetValue(rate)), ShareOf(parsed.GetValue(share)));
            return StoreFolder.UseAsync(parsed, folder, async (repository, secret) =>
            {
                await using var volume = parsed.GetValue(copy) is { } other ? StoreFolder.VolumeOf(other) : null;
                await using var source = volume is null ? null : await Repository.OpenForReadingAsync(volume, StoreFolder.Options(secret), TimeProvider.System, cancellation);
                var report = await StoreProgress.RunAsync<VerificationReport, VerificationProgress>(
                    printer, "verifying", p => new("verifying", p.BytesDone, p.BytesTotal), progress => repository.VerifyAsync(options with { HealFrom = source }, progress, cancellation));
                printer.Result(VerifyView.Of(report), StoreJson.Wire.VerifyView, Print);
                return report.FindingsTotal > 0 || report.PointsHurt.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
            }, cancellation);
        });
        return command;
    }

    private static long? RateOf(long? mebibytes) => mebibytes is null ? null : mebibytes is > 0 and <= MebibytesMax ? mebibytes << 20
        : throw new CliProblemException("rate-invalid", $"{mebibytes} MiB in a second is no rate.", $"Give a number from 1 to {MebibytesMax}, or leave it out.", ExitCode.Usage);

    private static double ShareOf(string? text) =>
        text is null ? 1 : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 1 ? share
            : throw new CliProblemException("share-invalid", $"'{text}' is no share.", "Give a number above 0 and up to 1, like 0.1.", ExitCode.Usage);

    private static void Print(VerifyView view)
    {
        Printer.Line($"{view.Blocks} blocks and {view.Nodes} map nodes in {view.Packs} packs: {Units.Bytes(view.BytesRead)} read, {Units.Bytes(view.BytesDecoded)} opened and hashed.");
        Printer.Line(view.FindingsTotal == 0 ? "Nothing is damaged." : $"{view.FindingsTotal} findings:");
        foreach (var finding in view.Findings) Printer.Line($"  ! {finding.Sentence} {finding.Advice} [{finding.Code}]");
        if (view.Healed > 0) Printer.Line($"{view.Healed} blocks, map nodes and manifests were healed from the copy.");
        foreach (var hurt in view.PointsHurt) Printer.Line($"  ! Point {Units.Short(hurt.PointId)} of {hurt.VmName}: {Units.Bytes(hurt.Bytes)} of disk {hurt.DiskKey} cannot be restored.");
        Printer.Line(view.CycleComplete ? $"All of the repository has been read; {view.PointsProven.Count} points are proven." : "A part of the repository has been read; the next share goes on there.");
    }
}
