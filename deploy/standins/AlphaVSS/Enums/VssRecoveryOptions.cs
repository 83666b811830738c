namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssRecoveryOptions
{
    None = 0,
    RevertIdentityAll = 256,
    NoVolumeCheck = 512,
}
