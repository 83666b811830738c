using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>How a method of the virtualization service ended.</summary>
/// <param name="Code">Return value or the job's ErrorCode: 0, or one of <see cref="Names.ReturnValue"/>, or 1..6 of the CIM methods.</param>
/// <param name="Text">What the host says about the failure; empty when it went well.</param>
/// <param name="Out">Out parameters of the call.</param>
/// <param name="Vanished">The job was gone before its end was seen: the caller looks for the effect.</param>
internal sealed record CallOutcome(string Method, uint Code, string Text, WmiObject Out, string? JobPath, bool Vanished = false)
{
    public bool Ok => Code == (uint)ReturnValue.Completed;

    /// <summary>Another operation holds the VM: a matter of minutes.</summary>
    public bool Busy => Code is (uint)ReturnValue.SystemIsInUse or (uint)ReturnValue.InvalidState;

    public bool TimedOut => Code == (uint)ReturnValue.Timeout;
}
