namespace BackupFabric.Agent.Lab.Guests;

/// <summary>What a VM's disks held before the first write of the log.</summary>
internal sealed class TruthDocument
{
    public Guid Vm { get; set; }

    public string Name { get; set; } = "";

    public List<TruthDisk> Disks { get; set; } = [];

    public ApplicationPlace? Application { get; set; }
}

/// <summary>Base content of one disk: an image that nobody touches, or a seed.</summary>
internal sealed class TruthDisk
{
    public long Length { get; set; }

    public ulong Seed { get; set; }

    public long UsedBytes { get; set; }

    /// <summary>The source image; null when the content comes from the seed.</summary>
    public string? Image { get; set; }

    public long ImageFileBytes { get; set; }

    public DateTime ImageWrittenUtc { get; set; }
}

/// <summary>Where the application keeps its two pages, which must name the same transaction.</summary>
internal sealed record ApplicationPlace(int Disk, long FirstPage, long SecondPage)
{
    public const int PageSize = 4096;

    /// <summary>Nothing else writes between here and <see cref="AreaSize"/> bytes on.</summary>
    public const long AreaSize = 1024 * 1024;

    public static ApplicationPlace On(int disk, long diskLength)
    {
        long start = diskLength * 3 / 4 / AreaSize * AreaSize;
        return new(disk, start, start + (AreaSize / 2));
    }
}
