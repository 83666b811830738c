using System.Text.Json;
using BackupFabric.Blocks.Spans;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>RANGES.json: what changed on a disk, as a list of offsets and lengths.</summary>
internal static class RangesFile
{
    /// <summary>More than any list of changes comes to, and no danger to memory.</summary>
    private const long BytesMax = 256L << 20;

    private const string Advice = """It is a list like [{"offset":0,"length":4096}], in bytes; 'bf store diff' prints one.""";

    public static async Task<IReadOnlyList<ByteRange>> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            await using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            if (stream.CanSeek && stream.Length > BytesMax) throw Unreadable(file, "it is too long", null);
            var views = await JsonSerializer.DeserializeAsync(stream, StoreJson.Wire.ListRangeView, cancellation) ?? throw Unreadable(file, "it is empty", null);
            return views.ConvertAll(view => view is null ? throw Unreadable(file, "one of its ranges is null", null) : new ByteRange(view.Offset, view.Length));
        }
        catch (JsonException damaged)
        {
            throw Unreadable(file, $"it is not understood at line {(damaged.LineNumber ?? 0) + 1}, byte {(damaged.BytePositionInLine ?? 0) + 1}", damaged);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliProblemException("changes-unreadable", $"'{file}' cannot be read: {failure.Message}", "Check the path and its permissions.", ExitCode.Usage, failure);
        }
    }

    private static CliProblemException Unreadable(string file, string why, Exception? inner) =>
        new("changes-unreadable", $"'{file}' is not a list of changed ranges: {why.TrimEnd('.')}.", Advice, ExitCode.Usage, inner);
}
