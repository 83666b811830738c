using System.Reflection;

namespace Alphaleonis.Win32.Vss;

public class VssFactoryProvider : IVssFactoryProvider
{
    public static readonly IVssFactoryProvider Default = new VssFactoryProvider(null);

    private const string FactoryType = "Alphaleonis.Win32.Vss.VssFactory";

    private readonly IVssAssemblyResolver _resolver;

    public VssFactoryProvider(IVssAssemblyResolver resolver) => _resolver = resolver;

    /// <remarks>The package brings the assembly with the native part along; here only a resolver can name one.</remarks>
    public IVssFactory GetVssFactory()
    {
        if (_resolver is null)
        {
            throw new UnsupportedOperatingSystemException(
                "This is the stand-in of AlphaVSS: it has the package's interfaces, but not its native part, and cannot reach the "
                + "Volume Shadow Copy Service. Build with -p:StandIns=false to use the package.");
        }

        var assembly = _resolver.LoadAssembly(new AssemblyName("AlphaVSS.x64"));
        var type = assembly.GetType(FactoryType, throwOnError: true);
        return (IVssFactory)Activator.CreateInstance(type);
    }
}
