namespace BackupFabric.Agent.Lab.Commands;

internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The lab refuses: no such host, VM is off...</summary>
    public const int Refused = 1;

    public const int Usage = 2;

    /// <summary>A comparison found differences.</summary>
    public const int Different = 3;

    /// <summary>A disk image cannot be read.</summary>
    public const int DamagedImage = 4;

    public const int Stopped = 130;
}
