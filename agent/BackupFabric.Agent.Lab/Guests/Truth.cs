using System.Text.Json;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>The files of a VM's ground truth.</summary>
internal static class Truth
{
    public static long LastSequence(VmFolder folder) =>
        File.Exists(folder.Writes) ? new FileInfo(folder.Writes).Length / WriteRecord.Size : 0;

    public static IReadOnlyList<WriteRecord> Writes(VmFolder folder, long fromSequence, long toSequence)
    {
        if (toSequence < fromSequence)
            return [];
        using FileStream file = new(folder.Writes, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[(toSequence - fromSequence + 1) * WriteRecord.Size];
        file.Position = (fromSequence - 1) * WriteRecord.Size;
        file.ReadExactly(bytes);
        List<WriteRecord> records = new((int)(toSequence - fromSequence + 1));
        for (int at = 0; at < bytes.Length; at += WriteRecord.Size)
            records.Add(WriteRecord.Read(bytes.AsSpan(at)));
        return records;
    }

    public static void Append(VmFolder folder, IReadOnlyList<WriteRecord> records)
    {
        byte[] bytes = new byte[records.Count * WriteRecord.Size];
        for (int i = 0; i < records.Count; i++)
            records[i].Write(bytes.AsSpan(i * WriteRecord.Size));
        using FileStream file = new(folder.Writes, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length / WriteRecord.Size * WriteRecord.Size;
        file.Write(bytes);
        file.SetLength(file.Position);
    }

    public static void Record(VmFolder folder, Moment moment)
    {
        string line = JsonSerializer.Serialize(moment, LabJson.Default.Moment).ReplaceLineEndings("");
        File.AppendAllText(folder.Moments, line + "\n");
    }

    public static IReadOnlyList<Moment> Moments(VmFolder folder) =>
        File.Exists(folder.Moments)
            ? [.. File.ReadLines(folder.Moments).Where(l => l.EndsWith('}')).Select(l => JsonSerializer.Deserialize(l, LabJson.Default.Moment)!)]
            : [];
}
