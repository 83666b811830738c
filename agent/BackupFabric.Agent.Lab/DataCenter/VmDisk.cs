using System.Text.Json.Serialization;

namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>A virtual hard disk in a drive.</summary>
internal sealed class VmDisk
{
    public Guid Controller { get; set; }

    public int Slot { get; set; }

    /// <summary>Number of the disk in the ground truth; -1 when nothing is known of it.</summary>
    public int TruthDisk { get; set; } = -1;

    /// <summary>The attached image, then the differencing files that checkpoints put on top; the last one is what the guest writes to.</summary>
    public List<ChainFile> Chain { get; set; } = [];

    /// <summary>Identity of the change log; null until the first recovery checkpoint turns tracking on.</summary>
    public Guid? Tracking { get; set; }

    [JsonIgnore]
    public string Path => Chain.Count > 0 ? Chain[^1].Path : "";

    [JsonIgnore]
    public string Root => Chain.Count > 0 ? Chain[0].Path : "";

    /// <summary>The change log lies beside the attached image and belongs to it.</summary>
    [JsonIgnore]
    public string ChangeLog => Root + ".rct";

    /// <summary>Change-tracking ids look like rctX:8-4-4-4-12 digits with colons:8 digits; whoever reads one must treat it as opaque.</summary>
    public static string TrackingId(Guid tracking, int mark) => $"rctX:{tracking.ToString("D").Replace('-', ':')}:{mark:x8}";
}
