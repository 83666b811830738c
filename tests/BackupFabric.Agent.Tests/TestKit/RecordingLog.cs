using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>Keeps every line, so that a test can wait for one.</summary>
internal sealed class RecordingLog : ILoggerProvider
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ILogger<T> For<T>() => new Lines<T>(_lines.Writer);

    public ILogger CreateLogger(string categoryName) => new Lines<object>(_lines.Writer);

    /// <summary>The next line that contains a text.</summary>
    public async Task<string> NextAsync(string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }

        throw new InvalidOperationException("The log ended.");
    }

    public void Dispose() => _lines.Writer.TryComplete();

    private sealed class Lines<T>(ChannelWriter<string> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.TryWrite(formatter(state, exception));
    }
}
