using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>Queries over the seam, with the quoting done.</summary>
internal static class WmiQueries
{
    public static async Task<IReadOnlyList<WmiObject>> ListAsync(this IWmi wmi, string className, CancellationToken cancellation, params (string Property, string Value)[] where)
    {
        var conditions = where.Length == 0 ? "" : " WHERE " + string.Join(" AND ", where.Select(w => $"{w.Property} = '{WmiPath.Quote(w.Value)}'"));
        return await wmi.QueryAsync($"SELECT * FROM {className}{conditions}", cancellation).ToListAsync(cancellation);
    }

    public static async Task<WmiObject?> FirstAsync(this IWmi wmi, string className, CancellationToken cancellation, params (string Property, string Value)[] where) =>
        await wmi.ListAsync(className, cancellation, where) is [var first, ..] ? first : null;

    public static async Task<IReadOnlyList<WmiObject>> AssociatorsAsync(this IWmi wmi, string path, string associationClass, string resultClass, CancellationToken cancellation) =>
        await wmi.QueryAsync($"ASSOCIATORS OF {{{path}}} WHERE AssocClass = {associationClass} ResultClass = {resultClass}", cancellation).ToListAsync(cancellation);

    /// <summary>The service objects are singletons; null on hosts whose version lacks the class.</summary>
    public static async Task<WmiObject?> ServiceAsync(this IWmi wmi, string className, CancellationToken cancellation)
    {
        try
        {
            return await wmi.FirstAsync(className, cancellation);
        }
        catch (WmiException e) when (e.Code is WbemCode.InvalidClass or WbemCode.NotFound)
        {
            return null;
        }
    }

    public static string PathOf(this WmiObject instance) =>
        instance.Path ?? throw new InvalidOperationException($"An instance of {instance.ClassName} came without its path.");

    /// <summary>A copy with other values, for the methods that modify settings by sending the whole instance.</summary>
    public static WmiObject With(this WmiObject instance, params (string Property, object? Value)[] changes)
    {
        var properties = new Dictionary<string, object?>(instance.Properties, StringComparer.OrdinalIgnoreCase);
        foreach (var (property, value) in changes) properties[property] = value;
        return instance with { Properties = properties };
    }

    public static WmiObject New(string className, params (string Property, object? Value)[] values) =>
        new(className, null, values.ToDictionary(v => v.Property, v => v.Value, StringComparer.OrdinalIgnoreCase));

    public static IReadOnlyDictionary<string, object?> Arguments(params (string Parameter, object? Value)[] arguments) =>
        arguments.ToDictionary(a => a.Parameter, a => a.Value, StringComparer.Ordinal);
}
