namespace Alphaleonis.Win32.Vss;

public enum VssProviderType
{
    Unknown = 0,
    System = 1,
    Software = 2,
    Hardware = 3,
}
