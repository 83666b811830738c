namespace BackupFabric.Agent.Lab.Guests;

/// <summary>What the bytes of a write look like.</summary>
internal enum WriteKind
{
    Zero = 0,

    /// <summary>Cannot be compressed.</summary>
    Random = 1,

    /// <summary>Words and line ends; compresses well.</summary>
    Text = 2,

    /// <summary>A page of the guest's application; the seed is the number of the transaction.</summary>
    Page = 3,
}
