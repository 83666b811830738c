namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssHardwareOptions
{
    MaskLuns = 1,
    MakeReadWrite = 2,
    RevertIdentityAll = 4,
    RevertIdentityNone = 8,
    OnLunStateChangeNotifyReadWrite = 256,
    OnLunStateChangeNotifyLunPreRecovery = 512,
    OnLunStateChangeNotifyLunPostRecovery = 1024,
    OnLunStateChangeDoMaskLuns = 2048,
}
