using Spectre.Console;
using Spectre.Console.Rendering;

namespace BackupFabric.Cli.Commands;

/// <summary>How much of how much, in the same binary units as everywhere else; the columns that come with the bar use others.</summary>
internal sealed class JobAmountColumn : ProgressColumn
{
    public string Text { get; set; } = "";

    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text);
}
