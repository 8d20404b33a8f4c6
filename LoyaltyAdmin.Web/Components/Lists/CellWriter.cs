#pragma warning disable BL0006 // Frames are the only way to read what a cell draws; ListRowsTests would notice if they changed.
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;

namespace LoyaltyAdmin.Web.Components;

/// <summary>What somebody may do with a row: run <paramref name="OnClick"/>, or choose from <paramref name="Menu"/>.</summary>
internal sealed record RowOperation(string Text, string Of, EventCallback OnClick, RenderFragment? Menu);

/// <summary>
/// Writes a row's cells as one piece of markup. An open list keeps two frames for every tag, attribute and text that Blazor draws, and a component
/// with buffers of its own for every button: a thousand things nobody clicks. Of an operation only its name is written (<c>data-do</c>); what it does
/// is found again when it is clicked.
/// </summary>
/// <param name="menu">The id of the list's one menu.</param>
internal sealed class CellWriter(string menu) : IDisposable
{
    private static readonly HashSet<string> empty = ["br", "hr", "img", "wbr"];

    private readonly StringBuilder html = new();
    private readonly RenderTreeBuilder frames = new();

    /// <summary>What the rows written so far offer.</summary>
    public List<RowOperation> Operations { get; } = [];

    /// <summary>A row's cells; null: something in them has a state or handler of its own, and Blazor has to draw the row.</summary>
    public string? Row<TRow>(IEnumerable<ListColumn<TRow>> columns, TRow row)
    {
        html.Clear();
        foreach (var column in columns)
        {
            html.Append("<td");
            Attribute("class", ListTable<TRow>.Class(column));
            Attribute("data-label", column.IsOperations ? null : column.Title);
            html.Append('>');
            if (!TryWrite(frames, column.ChildContent(row)))
            {
                return null;
            }

            html.Append("</td>");
        }

        return html.ToString();
    }

    /// <summary>Whether a cell shows anything.</summary>
    public bool HasContent(RenderFragment cell)
    {
        html.Clear();

        return !TryWrite(frames, cell) || html.ToString().Any(letter => !char.IsWhiteSpace(letter));
    }

    public void Dispose() => frames.Dispose();

    private bool TryWrite(RenderTreeBuilder builder, RenderFragment content)
    {
        builder.Clear();
        content(builder);
        var drawn = builder.GetFrames();

        return TryWrite(drawn.Array.AsSpan(0, drawn.Count));
    }

    private bool TryWrite(ReadOnlySpan<RenderTreeFrame> drawn)
    {
        for (var at = 0; at < drawn.Length; at++)
        {
            ref readonly var frame = ref drawn[at];
            switch (frame.FrameType)
            {
                case RenderTreeFrameType.Text:
                    html.Append(Show.Encoded(frame.TextContent));
                    break;
                case RenderTreeFrameType.Markup:
                    html.Append(frame.MarkupContent);
                    break;
                case RenderTreeFrameType.Region: // Its content follows.
                    break;
                case RenderTreeFrameType.Element:
                    if (!TryElement(drawn.Slice(at, frame.ElementSubtreeLength)))
                    {
                        return false;
                    }

                    at += frame.ElementSubtreeLength - 1;
                    break;
                case RenderTreeFrameType.Component:
                    if (!TryComponent(drawn.Slice(at, frame.ComponentSubtreeLength)))
                    {
                        return false;
                    }

                    at += frame.ComponentSubtreeLength - 1;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private bool TryElement(ReadOnlySpan<RenderTreeFrame> element)
    {
        var name = element[0].ElementName;
        if (name is "input" or "select" or "textarea")
        {
            return false;
        }

        html.Append('<').Append(name);
        var at = 1;
        for (; at < element.Length && element[at].FrameType == RenderTreeFrameType.Attribute; at++)
        {
            if (element[at].AttributeValue is not (string or bool or null))
            {
                return false;
            }

            Attribute(element[at].AttributeName, element[at].AttributeValue);
        }

        html.Append('>');
        if (empty.Contains(name))
        {
            return true;
        }

        var isWritten = TryWrite(element[at..]);
        html.Append("</").Append(name).Append('>');

        return isWritten;
    }

    private bool TryComponent(ReadOnlySpan<RenderTreeFrame> component)
    {
        var type = component[0].ComponentType;
        var given = new Dictionary<string, object?>();
        foreach (ref readonly var frame in component[1..])
        {
            if (frame.FrameType != RenderTreeFrameType.Attribute)
            {
                return false;
            }

            given[frame.AttributeName] = frame.AttributeValue;
        }

        if (type == typeof(RowAction))
        {
            Action(Made<RowAction>(type, given));

            return true;
        }

        if (type == typeof(RowMenu))
        {
            Menu(Made<RowMenu>(type, given));

            return true;
        }

        using var inner = new RenderTreeBuilder();

        return typeof(PlainPart).IsAssignableFrom(type) && TryWrite(inner, Made<PlainPart>(type, given).Draw);
    }

    private void Action(RowAction action)
    {
        if (action.Href is not null)
        {
            html.Append("<a");
            Attribute("class", "row-action");
            Attribute("href", action.Href);
            Attribute("aria-label", $"{action.Text} {action.Of}");
            html.Append('>').Append(Show.Encoded(action.Text)).Append("</a>");
        }
        else
        {
            Button(action.Danger ? "row-action danger" : "row-action", $"{action.Text} {action.Of}", new(action.Text, action.Of, action.OnClick, Menu: null));
        }
    }

    private void Menu(RowMenu more) => Button("row-action", more.Label, new(RowMenu.Text, more.Of, default, more.ChildContent ?? (_ => { })));

    private void Button(string style, string label, RowOperation operation)
    {
        Operations.Add(operation);
        html.Append("<button type=\"button\"");
        Attribute("class", style);
        Attribute("aria-label", label);
        Attribute("data-do", operation.Text);
        if (operation.Menu is not null)
        {
            Attribute("aria-haspopup", "menu");
            Attribute("popovertarget", menu);
        }

        html.Append('>').Append(Show.Encoded(operation.Text)).Append("</button>");
    }

    private void Attribute(string name, object? value)
    {
        if (value is null or false)
        {
            return;
        }

        html.Append(' ').Append(name);
        if (value is string text)
        {
            html.Append("=\"").Append(Show.Encoded(text)).Append('"');
        }
    }

    private static TPart Made<TPart>(Type type, Dictionary<string, object?> given)
    {
        var part = Activator.CreateInstance(type)!;
        ParameterView.FromDictionary(given).SetParameterProperties(part);

        return (TPart)part;
    }
}
