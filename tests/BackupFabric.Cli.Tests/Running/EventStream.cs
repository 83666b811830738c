using System.Text.Json;
using BackupFabric.Protos.Rest;
using Microsoft.AspNetCore.Http;

namespace BackupFabric.Cli.Tests.Running;

/// <summary>One connection of somebody who follows a job.</summary>
internal sealed class EventStream(HttpContext context)
{
    public Task SendAsync(JobView view) => WriteAsync($"event: job\ndata: {JsonSerializer.Serialize(view, JsonSerializerOptions.Web)}\n\n");

    public async Task WriteAsync(string text)
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }

    /// <summary>As a server that is killed: the connection is gone in the middle of an event.</summary>
    public async Task BreakAsync()
    {
        await WriteAsync("event: job\ndata: {\"id\":");
        context.Abort();
    }

    public async Task StaySilentAsync()
    {
        await context.Response.Body.FlushAsync();
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }
}
