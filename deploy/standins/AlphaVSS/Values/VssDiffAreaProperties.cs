namespace Alphaleonis.Win32.Vss;

public class VssDiffAreaProperties
{
    public VssDiffAreaProperties(
        string volumeName, string diffAreaVolumeName, long maximumDiffSpace, long allocatedDiffSpace, long usedDiffSpace)
    {
        VolumeName = volumeName;
        DiffAreaVolumeName = diffAreaVolumeName;
        MaximumDiffSpace = maximumDiffSpace;
        AllocatedDiffSpace = allocatedDiffSpace;
        UsedDiffSpace = usedDiffSpace;
    }

    public string VolumeName { get; }

    public string DiffAreaVolumeName { get; }

    public long MaximumDiffSpace { get; }

    public long AllocatedDiffSpace { get; }

    public long UsedDiffSpace { get; }
}
