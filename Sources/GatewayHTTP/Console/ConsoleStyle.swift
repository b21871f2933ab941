/// What the console's pages add to the look of all our pages.
enum ConsoleStyle {
    static let text = """
        body{max-width:72rem}nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;
        border-bottom:1px solid var(--line);padding-bottom:.5rem;margin-bottom:1rem}
        nav .who{margin-left:auto;opacity:.75}nav form{display:inline}
        main table{overflow-wrap:break-word}td code{overflow-wrap:anywhere;display:inline-block;min-width:8rem}
        form.search{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.5rem 1rem;align-items:end}
        a{color:inherit;text-underline-offset:.2em}th{font-weight:600}thead th{opacity:.75;font-size:.9em}
        .facts th{width:12rem;opacity:.75}
        form.plain{display:grid;gap:.75rem;max-width:34rem;margin:1rem 0}label,fieldset{display:block}
        fieldset{border:1px solid var(--line);border-radius:.25rem}fieldset label{display:inline-block;margin-right:1rem}
        input:not([type=checkbox]):not([type=radio]),select,textarea{font:inherit;display:block;width:100%;
        box-sizing:border-box;padding:.35rem .5rem;border:1px solid #8889;border-radius:.25rem;background:transparent;
        color:inherit}
        button,.button{white-space:nowrap;font:inherit;padding:.3rem .9rem;border:1px solid #8889;border-radius:.25rem;background:#8882;
        color:inherit;cursor:pointer;text-decoration:none;display:inline-block}
        button.main,.button.main{background:#1a5fb4;border-color:#1a5fb4;color:#fff}
        button.grave{border-color:#b00020;color:#b00020}
        .badge{border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85em;white-space:nowrap}
        .badge.good{color:#26733c}.badge.bad{color:#b00020}.badge.waiting{color:#8a6d00}.badge.over{opacity:.7}
        .secret{font:1rem/1.6 ui-monospace,monospace;user-select:all;padding:.5rem;border:1px dashed #8889;display:block}
        .number{font-variant-numeric:tabular-nums}.quiet{opacity:.75}
        .pair{display:grid;grid-template-columns:1fr 1fr;gap:0 2rem}
        meter{width:100%;height:.8rem}
        @media(prefers-color-scheme:dark){.badge.good{color:#7bd694}.badge.bad,button.grave{color:#ff8a9a}
        .badge.waiting{color:#e5c04b}}
        @media(max-width:40rem){.pair{grid-template-columns:1fr}thead{display:none}.facts th{width:auto}}
        """
}
