using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace BackupFabric.Protos.Tests.StandIns;

/// <summary>Prints what an assembly shows to others, in the format of Data/signatures.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    /// <summary>"[namespace] kind name : bases" to the lines of the members.</summary>
    public static Dictionary<string, string[]> Of(Assembly assembly) =>
        assembly.GetExportedTypes().ToDictionary(Head, type => Members(type).Distinct().ToArray());

    private static string Head(Type type)
    {
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"[{type.Namespace}] delegate {Name(invoke.ReturnType)} {Name(type)}({Parameters(invoke)});";
        }

        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = type.IsEnum || type.IsValueType ? [] : Bases(type).ToArray();
        return $"[{type.Namespace}] {kind} {Name(type)}" + (bases.Length == 0 ? "" : " : " + string.Join(", ", bases));
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.BaseType is { } basis && basis != typeof(object)) yield return Name(basis);
        if (type.BaseType is { } parent && typeof(Exception).IsAssignableFrom(parent)) yield break;
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        foreach (var face in type.GetInterfaces().Except(inherited)) yield return Name(face);
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (IsDelegate(type)) return [];
        if (type.IsEnum)
        {
            var values = Enum.GetNames(type).Select(name =>
                $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
            return values;
        }

        return type.GetConstructors(Declared).Where(IsVisible).Select(Constructor)
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(Field))
            .Concat(type.GetProperties(Declared).Where(property => IsVisible(property.GetMethod ?? property.SetMethod!)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(method => IsVisible(method) && !method.IsSpecialName).Select(Method));
    }

    private static string Constructor(ConstructorInfo constructor) =>
        $"{Access(constructor)}{Bare(constructor.DeclaringType!)}({Parameters(constructor)})";

    private static string Field(FieldInfo field) => field.IsLiteral
        ? $"const {Name(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}"
        : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}";

    private static string Property(PropertyInfo property)
    {
        var getter = property.GetMethod ?? property.SetMethod!;
        var setter = property.SetMethod is { } set && IsVisible(set) ? " set;" : "";
        var index = property.GetIndexParameters() is [var only] ? $"[{Name(only.ParameterType)} {only.Name}]" : "";
        return $"{Access(getter)}{Modifier(getter)}{Name(property.PropertyType)} {property.Name}{index} {{ get;{setter} }}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>"
            : "";
        return $"{Access(method)}{Modifier(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}" + (parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")));

    private static string Default(ParameterInfo parameter) =>
        parameter.RawDefaultValue is null ? "default" : Convert.ToString(parameter.RawDefaultValue, CultureInfo.InvariantCulture)!;

    private static string Access(MethodBase method) =>
        method.IsPublic ? "" : "protected ";

    private static string Modifier(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface) return "";
        if (method.IsStatic) return "static ";
        if (method.IsAbstract) return "abstract ";
        if (method.GetBaseDefinition().DeclaringType != method.DeclaringType) return "override ";
        return method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";
    }

    private static bool IsVisible(MethodBase method) =>
        (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.IsDefined(typeof(CompilerGeneratedAttribute)) | method.IsSpecialName;

    private static bool IsDelegate(Type type) => type.IsSubclassOf(typeof(Delegate));

    private static string Bare(Type type) => type.Name.Split('`')[0];

    private static string Name(Type type)
    {
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        var outer = type.IsNested ? Bare(type.DeclaringType!) + "." : "";
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).ToArray();
        return outer + Bare(type) + (own.Length == 0 ? "" : $"<{string.Join(", ", own.Select(Name))}>");
    }
}
