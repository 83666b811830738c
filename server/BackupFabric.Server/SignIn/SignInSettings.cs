namespace BackupFabric.Server.SignIn;

/// <summary>Section <c>SignIn</c>.</summary>
internal sealed class SignInSettings
{
    /// <summary>How long a bearer token is good for.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Password of the first account; generated when empty. Only used at the very first start.</summary>
    public string? FirstPassword { get; set; }

    /// <summary>Wrong passwords in a row before answers are held back.</summary>
    public int FreeTries { get; set; } = 5;

    /// <summary>First pause after that; doubled with every further wrong password.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(2);

    public TimeSpan PauseMax { get; set; } = TimeSpan.FromMinutes(5);
}
