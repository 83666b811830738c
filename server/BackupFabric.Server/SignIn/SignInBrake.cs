using System.Collections.Concurrent;

namespace BackupFabric.Server.SignIn;

/// <summary>Slows down whoever guesses passwords, by user and by address; the right user is never locked out for longer than a pause.</summary>
internal sealed class SignInBrake(SignInSettings settings, TimeProvider time)
{
    /// <summary>Names and addresses that are remembered. Beyond it the oldest are forgotten.</summary>
    private const int RememberedMax = 10_000;

    private readonly ConcurrentDictionary<string, (int Wrong, DateTimeOffset Until)> _tries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long this one has to wait; zero when it may try.</summary>
    public TimeSpan PauseFor(string key)
    {
        var left = _tries.TryGetValue(key, out var tried) ? tried.Until - time.GetUtcNow() : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public void Wrong(string key)
    {
        if (_tries.Count >= RememberedMax) Forget();
        _tries.AddOrUpdate(key, _ => Next(0), (_, tried) => Next(tried.Wrong));
    }

    public void Right(string key) => _tries.TryRemove(key, out _);

    private (int Wrong, DateTimeOffset Until) Next(int wrongBefore)
    {
        var wrong = wrongBefore + 1;
        var now = time.GetUtcNow();
        if (wrong < settings.FreeTries) return (wrong, now);
        var seconds = settings.Pause.TotalSeconds * Math.Pow(2, Math.Min(wrong - settings.FreeTries, 30));
        return (wrong, now + TimeSpan.FromSeconds(Math.Min(seconds, settings.PauseMax.TotalSeconds)));
    }

    private void Forget()
    {
        foreach (var (key, _) in _tries.OrderBy(entry => entry.Value.Until).Take(RememberedMax / 10)) _tries.TryRemove(key, out _);
    }
}
