namespace Alphaleonis.Win32.Vss;

public enum VssRestoreMethod
{
    Undefined = 0,
    RestoreIfNotThere = 1,
    RestoreIfCanReplace = 2,
    StopRestoreStart = 3,
    RestoreToAlternateLocation = 4,
    RestoreAtReboot = 5,
    RestoreAtRebootIfCannotReplace = 6,
    Custom = 7,
    RestoreStopStart = 8,
}
