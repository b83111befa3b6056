// A drawing as a picture. The styles of the page are written into a copy of it first, since
// a picture knows nothing of the page.

const kept = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-family', 'font-weight', 'opacity', 'text-anchor']
const scale = 2

export async function png(drawing: SVGSVGElement, title: string): Promise<Blob> {
  const { width, height } = drawing.getBoundingClientRect()
  const head = 28
  const copy = drawing.cloneNode(true) as SVGSVGElement
  const from = [drawing, ...drawing.querySelectorAll('*')]
  const to = [copy, ...copy.querySelectorAll<SVGElement>('*')]
  from.forEach((element, n) => {
    const style = getComputedStyle(element)
    to[n]?.removeAttribute('class')
    for (const name of kept) to[n]?.style.setProperty(name, style.getPropertyValue(name))
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const picture = new Image()
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await picture.decode()
  const canvas = document.createElement('canvas')
  canvas.width = width * scale
  canvas.height = (height + head) * scale
  const ink = canvas.getContext('2d')
  if (!ink) throw new Error('no canvas')
  const page = getComputedStyle(drawing.closest('section') ?? document.body)
  ink.scale(scale, scale)
  ink.fillStyle = page.backgroundColor
  ink.fillRect(0, 0, width, height + head)
  ink.fillStyle = page.color
  ink.font = `600 14px ${page.fontFamily}`
  ink.fillText(title, 8, 19, width - 16)
  ink.drawImage(picture, 0, head, width, height)
  return new Promise((resolve, reject) => canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'))
}
