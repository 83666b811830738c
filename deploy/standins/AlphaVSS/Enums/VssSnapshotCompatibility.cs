namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssSnapshotCompatibility
{
    None = 0,
    DisableDefrag = 1,
    DisableContentIndex = 2,
}
